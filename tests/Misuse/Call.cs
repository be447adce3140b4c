namespace Subquad.Misuse;

/// <summary>A kind of random call.</summary>
/// <param name="Name">What is called.</param>
/// <param name="Weight">How often it is drawn, beside the others.</param>
/// <param name="Act">Draws arguments, right or wrong, and calls.</param>
internal sealed record Call(string Name, int Weight, Action<Random> Act)
{
    private long _done, _refused;

    /// <summary>Calls that returned.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>Calls that ended in an exception which a wrong or untimely call may end in.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Calls once.</summary>
    /// <returns>The exception that no call may end in; null when there is none.</returns>
    public Exception? Run(Random random)
    {
        try
        {
            Act(random);
            Interlocked.Increment(ref _done);
            return null;
        }
        catch (Exception refusal) when (IsRefusal(refusal))
        {
            Interlocked.Increment(ref _refused);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>An exception that says what was wrong with the arguments or the moment.</summary>
    private static bool IsRefusal(Exception exception) => exception
        is ArgumentException or InvalidOperationException or InvalidDataException or OperationCanceledException or FileNotFoundException
            or DirectoryNotFoundException
        && exception.Message.Length > 0;
}

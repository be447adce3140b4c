using System.Globalization;
using System.Runtime.CompilerServices;

namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// Moves the code that is compiled from now on by some dozens of bytes. A kernel's loop may run 10 % slower where it crosses a line of the
/// cache of decoded instructions, and any change of source moves all code compiled after it. Each round moves the code of each side anew,
/// so that a difference of builds is not one of placement.
/// </summary>
/// <remarks>An environment variable and no argument: builds from before know nothing of it, and run as they are.</remarks>
static class CodePlacement
{
    /// <summary>Names the number of small methods that are compiled first, 0 to <see cref="Most"/>.</summary>
    public const string Variable = "SUBQUAD_PLACEMENT";

    /// <summary>Each method takes 32 bytes or a multiple, so these reach all places in two lines.</summary>
    public const int Most = 7;

    /// <summary>Compiles as many methods as the variable says; none without it.</summary>
    public static void Move()
    {
        _ = int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out int methods);
        // An instance for each value type has code of its own.
        Action[] small = [Small<byte>, Small<sbyte>, Small<short>, Small<ushort>, Small<int>, Small<uint>, Small<long>];
        foreach (Action method in small.Take(methods))
            method();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Small<T>() where T : struct => GC.KeepAlive(typeof(T));
}

using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>What a verb works on, as buffers of a size, and the numbers that it returns.</summary>
internal abstract class VerbOperands : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>The size, for messages.</summary>
    public abstract string Size { get; }

    /// <summary>Returned by the call on guarded copies.</summary>
    public List<double> Found { get; } = [];

    /// <summary>What <see cref="Found"/> must be.</summary>
    public List<double> Wanted { get; } = [];

    /// <summary>How far a returned number may be from the wanted one; zero for the same bits.</summary>
    public double Bound { get; set; }

    /// <summary>Scratch of calls on buffers.</summary>
    public Arena Scratch => field ??= Own(new Arena());

    public void CompareReturned(string what)
    {
        Assert.That(Found, Has.Count.EqualTo(Wanted.Count), $"{what}: numbers returned");
        for (int i = 0; i < Found.Count; i++)
        {
            bool isRight = Bound > 0
                ? Math.Abs(Found[i] - Wanted[i]) <= Bound
                : BitConverter.DoubleToInt64Bits(Found[i]) == BitConverter.DoubleToInt64Bits(Wanted[i]);
            Assert.That(isRight, $"{what}: returned number {i} is {Found[i]:R}, expected {Wanted[i]:R}");
        }
    }

    public void Dispose() => _owned.ForEach(part => part.Dispose());

    /// <summary>Makers of operands, one for each size.</summary>
    protected static IEnumerable<Func<TOperands>> Each<TSize, TOperands>(IEnumerable<TSize> sizes, Func<TSize, TOperands> make) =>
        [.. sizes.Select(size => (Func<TOperands>)(() => make(size)))];

    protected T Own<T>(T part) where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    /// <summary>A buffer of these values.</summary>
    protected NativeBuffer<T> Own<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        NativeBuffer<T> buffer = Own(new NativeBuffer<T>(values.Length));
        values.CopyTo(buffer.Span);
        return buffer;
    }
}

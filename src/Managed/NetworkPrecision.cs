namespace Subquad;

public sealed partial class Network
{
    /// <summary>How the hidden weights lie in memory, see <see cref="Load(string, Simd.KernelSet?, bool, WeightFormat, bool)"/>.</summary>
    public WeightFormat WeightFormat { get; private init; }

    /// <summary>For whatever writes weights, or what belongs to them.</summary>
    /// <exception cref="InvalidOperationException">They were rounded when they were loaded.</exception>
    internal void RequireFloat32()
    {
        if (WeightFormat != WeightFormat.Float32)
            throw new InvalidOperationException(
                "expected a network with float32 weights, found one loaded as bfloat16, which can only predict and evaluate because "
                + "what was rounded off its weights is gone; load the model as float32");
    }
}

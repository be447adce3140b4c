using Subquad.Formats;
using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>How the hidden weights lie in memory, see <see cref="Load"/>.</summary>
    public WeightFormat WeightFormat { get; private init; }

    internal static ElementFormat ElementsOf(WeightFormat format) => format == WeightFormat.BFloat16 ? ElementFormat.BFloat16 : ElementFormat.Float32;

    /// <summary>For whatever writes weights, or what belongs to them.</summary>
    /// <exception cref="InvalidOperationException">They were rounded when they were loaded.</exception>
    internal void RequireFloat32()
    {
        if (WeightFormat != WeightFormat.Float32)
            throw new InvalidOperationException(
                "expected a network with float32 weights, found one loaded as bfloat16, which can only predict and evaluate because what was rounded off its weights is gone; load the model as float32");
    }

    /// <summary>Reads a matrix a pair of panels at a time, so that its float32 elements are never there all at once.</summary>
    private static void ReadRounded(SafetensorsFile file, string name, float[] chunk, PanelMatrix target, KernelSet kernels)
    {
        const int PairRows = 2 * PanelMatrix.PanelRows;
        using var pair = new PanelMatrix(Math.Min(PairRows, target.Rows), target.Columns);
        for (int row = 0; row < target.Rows; row += PairRows)
        {
            int rows = Math.Min(PairRows, target.Rows - row);
            pair.SetShape(rows, target.Columns);
            if (rows < PairRows)
                pair.Clear();
            long first = (long)row * target.Columns, elements = (long)rows * target.Columns;
            for (long start = 0; start < elements; start += chunk.Length)
            {
                Span<float> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, elements - start));
                file.Read(name, first + start, part);
                pair.SetRowMajor(start, part);
            }
            kernels.Round(pair, target, row / PanelMatrix.PanelRows);
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Golden;

/// <summary>Which neurons fire for which datum in the first forward pass of a network, and what they pass on.</summary>
internal sealed class FirstForward
{
    private FirstForward(RowBatch rows, int[][][] ids, float[][][] values) => (Rows, Ids, Values) = (rows, ids, values);

    /// <summary>What entered the first layer.</summary>
    public RowBatch Rows { get; }

    /// <summary>Firing neurons, ascending, by layer and datum.</summary>
    public int[][][] Ids { get; }

    /// <summary>Their h.</summary>
    public float[][][] Values { get; }

    public static FirstForward Of(Network network, Dataset data, int threads = 2)
    {
        var rows = RowBatch.From(data.Examples, network.Input, network.Target, needsTargets: true);
        using var team = new WorkerTeam(threads);
        using var inputs = new ActiveBatch();
        rows.Inputs.CopyTo(inputs);
        using var state = new BatchState(new TeamKernels(network.Kernels, team), network.Layers, 0) { Inputs = inputs };
        state.ForwardHidden();
        int layers = network.Layers.Hidden.Length;
        int[][][] ids = new int[layers][][];
        float[][][] values = new float[layers][][];
        for (int layer = 0; layer < layers; layer++)
        {
            ActiveBatch active = state.Of(layer).Sets.Active;
            ids[layer] = new int[rows.Count][];
            values[layer] = new float[rows.Count][];
            for (int datum = 0; datum < rows.Count; datum++)
            {
                int count = active.CountOf(datum);
                _ = active.CopyDatum(datum, ids[layer][datum] = new int[count], values[layer][datum] = new float[count]);
            }
        }
        return new(rows, ids, values);
    }

    /// <summary>How many neurons fire in a layer over all data, and a hash of which.</summary>
    public (long Count, string Hash) Summary(int layer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> word = stackalloc byte[sizeof(int)];
        long count = 0;
        foreach (int[] datum in Ids[layer])
        {
            count += datum.Length;
            foreach (int id in (int[])[datum.Length, .. datum])
            {
                BinaryPrimitives.WriteInt32LittleEndian(word, id);
                hash.AppendData(word);
            }
        }
        return (count, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)));
    }

    /// <summary>What enters a layer for a datum, zeros included.</summary>
    public double[] InputOf(int layer, int datum, int width)
    {
        if (layer == 0)
        {
            var input = new float[width];
            Rows.Inputs.CopyRow(datum, input);
            return Array.ConvertAll(input, value => (double)value);
        }
        var row = new double[width];
        for (int i = 0; i < Ids[layer - 1][datum].Length; i++)
            row[Ids[layer - 1][datum][i]] = Values[layer - 1][datum][i];
        return row;
    }
}

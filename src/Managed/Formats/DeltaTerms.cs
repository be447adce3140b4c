using System.Globalization;
using Subquad.Models;
using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Formats;

/// <summary>
/// The terms of a delta as tensors. Of every hidden layer l with terms, W -= scale_g * sum over i of u_i
/// v_i^T for the terms i of each group g: <c>groups.l</c> (I64, where each group begins and the last one ends), <c>scale.l</c> (F32, one
/// per group), and u and v as sparse rows: <c>U.l.starts</c> (I64, one more than terms), <c>U.l.ids</c> (I32, ascending in a term),
/// <c>U.l.values</c> (F32), and <c>V.l</c> likewise.
/// </summary>
internal static class DeltaTerms
{
    private static readonly string[] s_names =
        ["groups.{0}", "scale.{0}", "U.{0}.starts", "U.{0}.ids", "U.{0}.values", "V.{0}.starts", "V.{0}.ids", "V.{0}.values"];

    /// <summary>The tensors of a hidden layer's terms; none without any.</summary>
    /// <param name="layer">From 1.</param>
    /// <param name="held">The groups, in the order of appending.</param>
    public static IEnumerable<TensorSource> Tensors(int layer, IReadOnlyList<LowRankTerms> held)
    {
        if (held.Count == 0)
            yield break;
        var groups = new long[held.Count + 1];
        for (int group = 0; group < held.Count; group++)
            groups[group + 1] = groups[group] + held[group].Count;
        yield return TensorSource.Of($"groups.{layer}", groups);
        yield return TensorSource.Of($"scale.{layer}", [.. held.Select(terms => terms.Scale)]);
        foreach (TensorSource tensor in Rows($"U.{layer}", [.. held.Select(terms => terms.Outputs)])
            .Concat(Rows($"V.{layer}", [.. held.Select(terms => terms.Inputs)])))
            yield return tensor;
    }

    /// <summary>Refuses a file with tensors that no reader asks for: under a damaged name, terms would silently be missed.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layers">Hidden layers, then the output layer.</param>
    /// <exception cref="InvalidDataException">There is another tensor; the message names it.</exception>
    public static void CheckNames(SafetensorsFile file, IReadOnlyList<LayerDescription> layers)
    {
        HashSet<string> known = [.. Enumerable.Range(1, layers.Count - 1)
            .SelectMany(layer => s_names.Select(name => string.Format(CultureInfo.InvariantCulture, name, layer))),
            .. layers[^1].Parameters(layers.Count).Select(parameter => parameter.Name)];
        foreach (TensorInfo tensor in file.Tensors)
            if (!known.Contains(tensor.Name))
                throw new InvalidDataException(
                    $"{file.Name}: expected the tensors of a delta of {layers.Count - 1} hidden layers, found '{tensor.Name}' too");
    }

    /// <summary>Reads the terms of a hidden layer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layer">From 1.</param>
    /// <param name="rows">Rows of its W.</param>
    /// <param name="columns">Columns of its W.</param>
    /// <returns>The groups in their order; the caller owns them.</returns>
    /// <exception cref="InvalidDataException">Something is missing, does not fit or is no finite number; the message names the
    /// tensor.</exception>
    public static List<LowRankTerms> Read(SafetensorsFile file, int layer, int rows, int columns)
    {
        var held = new List<LowRankTerms>();
        if (!file.Contains($"groups.{layer}"))
            return held;
        long[] groups = Starts(file, $"groups.{layer}");
        for (int group = 1; group < groups.Length; group++)
            if (groups[group] == groups[group - 1])
                throw Fault(file, $"groups.{layer}", "a term in every group", $"none in group {group - 1}");
        int terms = (int)groups[^1];
        float[] scales = Read<float>(file, $"scale.{layer}", groups.Length - 1, file.Read);
        SparseTerms u = ReadRows(file, $"U.{layer}", terms, rows), v = ReadRows(file, $"V.{layer}", terms, columns);
        try
        {
            for (int group = 0; group < scales.Length; group++)
            {
                using ActiveBatch outputs = u.Take((int)groups[group], (int)groups[group + 1]),
                    inputs = v.Take((int)groups[group], (int)groups[group + 1]);
                held.Add(new LowRankTerms());
                held[^1].Set(outputs, outputs.Values, inputs, scales[group]);
            }
            return held;
        }
        catch
        {
            held.ForEach(group => group.Dispose());
            throw;
        }
    }

    private static IEnumerable<TensorSource> Rows(string name, ActiveBatch[] batches)
    {
        long terms = batches.Sum(batch => (long)batch.Count), entries = batches.Sum(batch => batch.EntryCount);
        if (Math.Max(terms + 1, entries) > Array.MaxLength)
            throw new InvalidOperationException($"'{name}' has {terms} terms with {entries} entries, more than a delta can hold");
        var starts = new long[terms + 1];
        var ids = new int[entries];
        var values = new float[entries];
        int term = 0, entry = 0;
        foreach (ActiveBatch batch in batches)
            for (int row = 0; row < batch.Count; row++)
            {
                entry += batch.CopyDatum(row, ids.AsSpan(entry), values.AsSpan(entry));
                starts[++term] = entry;
            }
        return [TensorSource.Of($"{name}.starts", starts), TensorSource.Of($"{name}.ids", ids), TensorSource.Of($"{name}.values", values)];
    }

    private static SparseTerms ReadRows(SafetensorsFile file, string name, int terms, int width)
    {
        long[] starts = Starts(file, $"{name}.starts");
        if (starts.Length != terms + 1)
            throw Fault(file, $"{name}.starts", $"{terms + 1} elements", $"{starts.Length}");
        int[] ids = Read<int>(file, $"{name}.ids", starts[^1], file.ReadInts);
        for (int term = 0; term < terms; term++)
        {
            int last = -1;
            foreach (int id in ids.AsSpan((int)starts[term], (int)(starts[term + 1] - starts[term])))
            {
                if (id <= last || id >= width)
                    throw Fault(
                        file, $"{name}.ids", $"ascending ids below {width} in term {term}", last < 0 ? $"{id}" : $"{id} after {last}");
                last = id;
            }
        }
        return new(width, starts, ids, Read<float>(file, $"{name}.values", starts[^1], file.Read));
    }

    /// <summary>Where each of some lists begins and the last one ends: from 0 on, ascending.</summary>
    private static long[] Starts(SafetensorsFile file, string name)
    {
        long[] starts = Read<long>(file, name, null, file.ReadLongs);
        if (starts is not [0, ..] || starts[^1] > Array.MaxLength - 1)
            throw Fault(
                file, name, $"numbers from 0 to {Array.MaxLength - 1}", starts.Length == 0 ? "none" : $"{starts[0]} to {starts[^1]}");
        for (int i = 1; i < starts.Length; i++)
            if (starts[i] < starts[i - 1])
                throw Fault(file, name, "ascending numbers", $"{starts[i]} after {starts[i - 1]}");
        return starts;
    }

    private static T[] Read<T>(SafetensorsFile file, string name, long? elements, ReadElements<T> read)
    {
        TensorInfo tensor = file.Find(name);
        if (tensor.Shape.Length != 1 || tensor.Elements != (elements ?? tensor.Elements) || tensor.Elements > Array.MaxLength)
            throw Fault(file, name, elements is null ? "a list" : $"{elements} elements", TensorShape.Text(tensor.Shape));
        // Of another type its bytes need not be there: what is read checks that, an array of its size would come first.
        if (tensor.Elements > tensor.Bytes)
            throw Fault(file, name, "numbers of 4 or 8 bytes", $"the type {tensor.Type}");
        var values = new T[tensor.Elements];
        read(name, 0, values);
        return values;
    }

    private static InvalidDataException Fault(SafetensorsFile file, string tensor, string expected, string found) =>
        new($"{file.Name}, tensor '{tensor}': expected {expected}, found {found}");

    private delegate void ReadElements<T>(string name, long start, Span<T> destination);

    /// <summary>Sparse rows as three lists, checked.</summary>
    private sealed record SparseTerms(int Width, long[] Starts, int[] Ids, float[] Values)
    {
        /// <summary>Some of the rows.</summary>
        public ActiveBatch Take(int from, int to)
        {
            int[][] ids = [.. Ranges().Select(range => Ids[range])];
            float[][] values = [.. Ranges().Select(range => Values[range])];
            var batch = new ActiveBatch();
            try
            {
                batch.FillLists(Width, [.. ids.Select(row => row.Length)], ids, values);
                return batch;
            }
            catch
            {
                batch.Dispose();
                throw;
            }

            IEnumerable<Range> Ranges() => Enumerable.Range(from, to - from).Select(row => (int)Starts[row]..(int)Starts[row + 1]);
        }
    }
}

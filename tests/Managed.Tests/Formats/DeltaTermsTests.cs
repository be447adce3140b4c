using NUnit.Framework;
using Subquad.Formats;
using Subquad.Models;
using Subquad.Simd.Memory;
using Subquad.Support;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Terms of a layer of 600 x 5 as lists in a file, right ones and wrong ones.</summary>
[TestFixture]
internal sealed class DeltaTermsTests
{
    private const int Rows = 600, Columns = 5;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Groups_go_in_and_out()
    {
        using LowRankTerms first = Terms(3, 0.5f, seed: 1), second = Terms(1, -2f, seed: 2);
        string path = _folder.File("delta");
        SafetensorsWriter.Write(
            path, new Dictionary<string, string>(), [.. DeltaTerms.Tensors(2, [first, second]), .. DeltaTerms.Tensors(3, [])]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.That(DeltaTerms.Read(file, 1, Rows, Columns), Is.Empty);
        Assert.That(DeltaTerms.Read(file, 3, Rows, Columns), Is.Empty);
        List<LowRankTerms> read = DeltaTerms.Read(file, 2, Rows, Columns);
        Assert.That(read.Select(terms => (terms.Count, terms.Scale)), Is.EqualTo(new[] { (3, 0.5f), (1, -2f) }));
        foreach ((LowRankTerms found, LowRankTerms expected) in read.Zip([first, second]))
        {
            Same(found.Outputs, expected.Outputs);
            Same(found.Inputs, expected.Inputs);
            found.Dispose();
        }
    }

    [Test]
    public void The_lists_are_the_ones_that_the_format_names()
    {
        using LowRankTerms terms = Terms(2, 1f, seed: 1);
        TensorSource[] tensors = [.. DeltaTerms.Tensors(7, [terms])];
        Assert.That(tensors.Select(tensor => (tensor.Name, tensor.Type)), Is.EqualTo(new[]
        {
            ("groups.7", "I64"), ("scale.7", "F32"), ("U.7.starts", "I64"), ("U.7.ids", "I32"), ("U.7.values", "F32"),
                ("V.7.starts", "I64"), ("V.7.ids", "I32"), ("V.7.values", "F32"),
        }));
    }

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("groups.1", Long(0, 3), "tensor 'U.1.starts': expected 4 elements, found 3");
        yield return Fault("groups.1", Long(1, 2), "tensor 'groups.1': expected numbers from 0");
        yield return Fault("groups.1", Long(0, 2, 1), "tensor 'groups.1': expected ascending numbers, found 1 after 2");
        yield return Fault("groups.1", Long(0, 0, 2), "tensor 'groups.1': expected a term in every group, found none in group 0");
        yield return Fault("groups.1", Long(0, 1L << 40), "tensor 'groups.1': expected numbers from 0");
        yield return Fault("groups.1", Long(0, 1, 2), "tensor 'scale.1': expected 2 elements, found [1]");
        yield return Fault("groups.1", Long(), "tensor 'groups.1': expected numbers from 0 to 2147483590, found none");
        yield return Fault("groups.1", Int(0, 2), "tensor 'groups.1': expected the type I64, found I32");
        yield return Fault("scale.1", Float(float.PositiveInfinity), "tensor 'scale.1': expected a finite number at element 0");
        yield return Fault("U.1.starts", Long(0, 1, 2, 3), "tensor 'U.1.starts': expected 3 elements, found 4");
        yield return Fault("U.1.starts", Long(0, 4, 3), "expected ascending numbers, found 3 after 4");
        yield return Fault("U.1.starts", Long(0, 1, 9), "tensor 'U.1.ids': expected 9 elements, found [3]");
        yield return Fault("U.1.ids", Int(-1, 2, 3), "tensor 'U.1.ids': expected ascending ids below 600 in term 0, found -1");
        yield return Fault("U.1.ids", Int(5, 2, 600), "tensor 'U.1.ids': expected ascending ids below 600 in term 1, found 600 after 2");
        yield return Fault("U.1.ids", Int(5, 7, 7), "in term 1, found 7 after 7");
        yield return Fault("U.1.ids", Float(5, 7, 8), "tensor 'U.1.ids': expected the type I32, found F32");
        yield return Fault("U.1.values", Float(1, float.NaN, 1), "tensor 'U.1.values': expected a finite number at element 1, found NaN");
        yield return Fault("U.1.values", Float(1, 1), "tensor 'U.1.values': expected 3 elements, found [2]");
        yield return Fault("V.1.ids", Int(0, 5), "tensor 'V.1.ids': expected ascending ids below 5 in term 1, found 5");
        yield return Fault("V.1.values", null, "expected a tensor 'V.1.values', found none");
        yield return Fault("U.1.values", new("", "F32", [3, 1], (_, _) => { }), "tensor 'U.1.values': expected 3 elements, found [3, 1]");

        static TestCaseData Fault(string name, TensorSource? tensor, string says) =>
            new TestCaseData(name, tensor, says).SetArgDisplayNames(name, says);
    }

    [TestCaseSource(nameof(Faults))]
    public void A_list_that_does_not_fit_is_refused(string name, object? tensor, string says)
    {
        var tensors = new Dictionary<string, TensorSource>
        {
            ["groups.1"] = Long(0, 2),
            ["scale.1"] = Float(0.5f),
            ["U.1.starts"] = Long(0, 1, 3),
            ["U.1.ids"] = Int(5, 2, 599),
            ["U.1.values"] = Float(1, 2, 3),
            ["V.1.starts"] = Long(0, 1, 2),
            ["V.1.ids"] = Int(0, 4),
            ["V.1.values"] = Float(1, 2),
        };
        using (SafetensorsFile right = Write(tensors))
            DeltaTerms.Read(right, 1, Rows, Columns).ForEach(terms => terms.Dispose());
        if (tensor is TensorSource other)
            tensors[name] = other;
        else
            tensors.Remove(name);
        using SafetensorsFile file = Write(tensors);
        Assert.That(() => DeltaTerms.Read(file, 1, Rows, Columns), Throws.TypeOf<InvalidDataException>().With.Message.Contains(says));
        Assert.That(NativeBytes.Live, Is.Zero);
    }

    [Test]
    public void A_size_that_lies_costs_no_memory()
    {
        const string Header = """{"groups.1":{"dtype":"Q9","shape":[2000000000],"data_offsets":[0,8]}}""";
        byte[] json = System.Text.Encoding.UTF8.GetBytes(Header);
        string path = _folder.Write("delta", [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[8]]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => DeltaTerms.Read(file, 1, Rows, Columns),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found the type Q9"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    private static TensorSource Long(params long[] values) => TensorSource.Of("", values);

    private static TensorSource Int(params int[] values) => TensorSource.Of("", values);

    private static TensorSource Float(params float[] values) => TensorSource.Of("", values);

    private SafetensorsFile Write(Dictionary<string, TensorSource> tensors)
    {
        string path = _folder.File("delta");
        SafetensorsWriter.Write(
            path, new Dictionary<string, string>(), [.. tensors.Select(tensor => tensor.Value with { Name = tensor.Key })]);
        return SafetensorsFile.Open(path);
    }

    private static LowRankTerms Terms(int count, float scale, int seed)
    {
        var random = new Random(seed);
        using ActiveBatch outputs = new(), inputs = new();
        outputs.FillNonZero(Samples.Sparse(random, count, Rows, 0.05), count, Rows);
        inputs.FillNonZero(Samples.Sparse(random, count, Columns, 0.5), count, Columns);
        var terms = new LowRankTerms();
        terms.Set(outputs, outputs.Values, inputs, scale);
        return terms;
    }

    private static void Same(ActiveBatch found, ActiveBatch expected)
    {
        Assert.That(found.SameEntries(expected));
        Numbers.SameBits(found.Values.Slice(0, (int)found.Entries), expected.Values.Slice(0, (int)expected.Entries), "values");
    }
}

using System.Security.Cryptography;
using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Models;

/// <summary>
/// The bytes of files that a network writes, kept as hashes: whoever compares or signs models counts on the same network giving the same
/// file in every version.
/// </summary>
[TestFixture]
internal sealed class FileBytesTests
{
    private static readonly KernelSet s_scalar = KernelSets.Available.Single(set => set.Name == "scalar");

    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_drawn_network_gives_the_file_that_it_always_gave()
    {
        NetworkShape shape = new()
        {
            Inputs = 5,
            Hidden = [70, 9],
            Outputs = 2,
            Densities = [0.5, 0.25],
            Normalisation = Normalisation.Plain,
        };
        using Network network = Network.Create(shape, 11, s_scalar);
        network.Save(Model);
        Assert.That(HashOf(Model), Is.EqualTo("bd5e01ae475cd2a9f9c6a3266ad0778b68fce9f9216d4c60939cd4ca458d3f03"));
    }

    [Test]
    public void A_network_for_a_table_gives_the_file_that_it_always_gave()
    {
        string table = "x,place,y,kind\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"{(i % 7 == 3 ? "" : $"{i % 11}")},{"abc"[i % 3]},{i % 5 - 2},{(i % 11 > 5 ? "high" : "low")}\n"));
        NetworkShape shape = new() { Hidden = [20], ShiftConstant = [0], OutputWeights = OutputWeights.Signs };
        using Network network = Network.Create(shape, Dataset.ReadCsv(_folder.Write("a.csv", table)), 3, s_scalar);
        network.HiddenStepScale = 0.75f;
        network.Save(Model);
        Assert.That(HashOf(Model), Is.EqualTo("fcc8d4db780c134ce457d6b404835e94bcd0cbd9885f1e494cd0a01868b9caa8"));
    }

    [Test]
    public void A_network_for_sparse_rows_gives_the_file_that_it_always_gave()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"{i % 2} {1 + i % 4}:1 {6 + i % 3}:-0.5\n"));
        Dataset data = Dataset.ReadLibsvm(_folder.Write("a.txt", rows));
        using Network network = Network.Create(new() { Hidden = [20], Densities = [0.5] }, data, 3, s_scalar);
        network.Save(Model);
        Assert.That(HashOf(Model), Is.EqualTo("9e1e0949f61af4dffae5dbea70247966190b60a18309e712ebe3dbb13b06185b"));
    }

    [Test]
    public void A_change_gives_the_delta_and_the_panels_that_it_always_gave()
    {
        using Network network = Network.Create(new() { Inputs = 5, Hidden = [70, 9], Outputs = 2, Densities = [0.5] }, 11, s_scalar);
        network.Save(Model);
        network.SavePanels(Model);
        Assert.That(HashOf(Model + ".panels"), Is.EqualTo("be0c01a99afccb8eca8f1ca5fa3f1462c6926ef67b2f123b16a4cf768553eb65"));
        Append(network, layer: 0, terms: 3, scale: 0.5f);
        Append(network, layer: 0, terms: 1, scale: -0.25f);
        Append(network, layer: 1, terms: 2, scale: 1f);
        network.SaveDelta(_folder.File("delta"));
        Assert.That(HashOf(_folder.File("delta")), Is.EqualTo("44eceb7709657375c7f5b85f9772da1a88a1f63ebbcf8c4f5bec95983aea7122"));
    }

    private static void Append(Network network, int layer, int terms, float scale)
    {
        var random = new Random(layer + terms);
        var weights = network.Weights[layer];
        using ActiveBatch outputs = new(), inputs = new();
        outputs.FillNonZero(Samples.Sparse(random, terms, weights.Rows, 0.3), terms, weights.Rows);
        inputs.FillNonZero(Samples.Sparse(random, terms, weights.Columns, 0.5), terms, weights.Columns);
        weights.Append(outputs, outputs.Values, inputs, scale);
    }

    private static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}

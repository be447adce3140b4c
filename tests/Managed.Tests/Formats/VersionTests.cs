using System.Globalization;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;
using Subquad.Models;
using Subquad.Simd.Dispatch;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Files of the first version of the formats, which are read for good, and the hash that the second one added.</summary>
[TestFixture]
internal sealed class VersionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void The_first_version_is_read()
    {
        using Network network = Network.Load(First("model-v1.safetensors"), KernelSets.ByName("scalar"));
        Predicts(network, "predictions-v1.csv");
        network.ApplyDelta(First("delta-v1.safetensors"));
        Predicts(network, "tuned-predictions-v1.csv");
    }

    [Test]
    public void Panels_beside_the_first_version_are_shared()
    {
        string model = _folder.File("model");
        File.Copy(First("model-v1.safetensors"), model);
        using (Stream packed = File.OpenRead(First("model-v1.safetensors.panels.gz")))
        using (var panels = new GZipStream(packed, CompressionMode.Decompress))
        using (FileStream target = File.Create(model + ".panels"))
            panels.CopyTo(target);
        using Network network = Network.Load(model, KernelSets.ByName("scalar"), sharesBase: true);
        Assert.That(network.SharesBase);
        Predicts(network, "predictions-v1.csv");
    }

    [Test]
    public void Damage_in_panels_beside_the_first_version_is_found([Values(0, 1, 2)] int part)
    {
        string model = _folder.File("model");
        File.Copy(First("model-v1.safetensors"), model);
        using (Stream packed = File.OpenRead(First("model-v1.safetensors.panels.gz")))
        using (var panels = new GZipStream(packed, CompressionMode.Decompress))
        using (FileStream target = File.Create(model + ".panels"))
            panels.CopyTo(target);
        // A weight of the first layer; the last byte of A; with the panels left unread, the same.
        using (FileStream damaged = new(part == 0 ? model + ".panels" : model, FileMode.Open))
        {
            damaged.Position = part == 0 ? 65536 + 2 : damaged.Length - 2;
            int value = damaged.ReadByte();
            damaged.Position--;
            damaged.WriteByte((byte)(value ^ 1));
        }
        Assert.That(
            () => Network.Load(model, sharesBase: true, verify: part < 2).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("damaged"));
    }

    [Test]
    public void A_save_of_the_first_version_is_of_the_second_with_the_same_data()
    {
        using Network network = Network.Load(First("model-v1.safetensors"));
        network.Save(_folder.File("model"));
        using SafetensorsFile first = SafetensorsFile.Open(First("model-v1.safetensors")),
            second = SafetensorsFile.Open(_folder.File("model"));
        Assert.That((first.Text("format_version"), second.Text("format_version")), Is.EqualTo(("1", "2")));
        Assert.That(second.HashData(), Is.EqualTo(first.HashData()));
        Assert.That(first.Metadata, Does.Not.ContainKey("header_sha256"));
        Assert.That(second.Text("header_sha256"), Has.Length.EqualTo(64));
    }

    [Test]
    public void No_flipped_bit_of_a_header_loads_with_another_meaning([Values(0, 1, 2)] int part)
    {
        using (Network network = Network.Load(First("model-v1.safetensors")))
            network.Save(_folder.File("model"));
        byte[] model = File.ReadAllBytes(_folder.File("model"));
        string meaning = Meaning(_folder.File("model")), damaged = _folder.File("damaged");
        int header = Encoding.Latin1.GetString(model).IndexOf("}}", 200, StringComparison.Ordinal) + 2, loaded = 0, refused = 0;
        for (int bit = part; bit < 8 * header; bit += 3)
        {
            model[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(damaged, model);
            model[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.That(Meaning(damaged), Is.EqualTo(meaning), $"bit {bit % 8} of byte {bit / 8}");
                loaded++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.That((refused > 1000, loaded < 20), Is.EqualTo((true, true)), $"{refused} refused, {loaded} loaded");
    }

    [Test]
    public void A_header_without_its_hash_is_refused()
    {
        using (Network network = Network.Load(First("model-v1.safetensors")))
            network.Save(_folder.File("model"));
        byte[] model = File.ReadAllBytes(_folder.File("model"));
        string text = Encoding.Latin1.GetString(model).Replace("header_sha256", "header_sha265", StringComparison.Ordinal);
        File.WriteAllBytes(_folder.File("model"), Encoding.Latin1.GetBytes(text));
        Assert.That(
            () => Network.Load(_folder.File("model")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("its metadata were changed"));
    }

    /// <summary>What a header says, in the order of names.</summary>
    private static string Meaning(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path, checkFinite: false);
        ModelDescription model = ModelFile.Read(file, verifies: false);
        return string.Join('\n', file.Metadata.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"))
            + string.Join('\n', model.Tensors.OrderBy(tensor => tensor.Name).Select(tensor => $"{tensor.Name} {tensor.Elements}"));
    }

    private static void Predicts(Network network, string predictions)
    {
        Dataset rows = network.ReadCsv(First("rows-v1.csv"));
        var found = new float[rows.Count * network.OutputCount];
        network.PredictAll(rows, found);
        float[] expected = [.. File.ReadLines(First(predictions)).Skip(1).SelectMany(line => line.Split(',')[2..])
            .Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))];
        Assert.That(found, Is.EqualTo(expected).Within(1e-5f));
    }

    private static string First(string name) =>
        RealData.InRepository(Path.Combine("tests", "Managed.Tests", "Formats", name));
}

using System.Text;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;
using Subquad.Managed.Tests.Training;
using Subquad.Models;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class DeltaFileTests
{
    private static readonly NetworkShape s_shape = new() { Inputs = 6, Hidden = [9, 8], Outputs = 2, Densities = [0.3] };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void No_flipped_bit_loads_with_another_meaning([Values(0, 1, 2)] int part)
    {
        string path = _folder.File("delta"), hash;
        using (Network network = Network.Create(s_shape, 5))
        {
            network.Save(_folder.File("model"));
            hash = network.Summary.DataHash!;
            TestTraining.Fit(network, TestTraining.Smooth(10, 6, 2), new() { Steps = 1, Threads = 1, Flush = FlushPolicy.Never });
            network.SaveDelta(path);
        }
        LayerDescription[] layers = s_shape.Layers();
        byte[] delta = File.ReadAllBytes(path);
        string meaning = Meaning(path, hash, layers);
        int header = Encoding.Latin1.GetString(delta).IndexOf("}}", 200, StringComparison.Ordinal) + 2, loaded = 0, refused = 0;
        IEnumerable<int> bits = Enumerable.Range(0, 8 * header).Where(bit => bit % 3 == part)
            .Concat(Enumerable.Range(8 * 4096, 8 * (delta.Length - 4096)).Where(bit => bit % 51 == part));
        foreach (int bit in bits)
        {
            delta[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, delta);
            delta[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.That(Meaning(path, hash, layers), Is.EqualTo(meaning), $"bit {bit % 8} of byte {bit / 8}");
                loaded++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.That((refused > 1000, loaded < 20), Is.EqualTo((true, true)), $"{refused} refused, {loaded} loaded");
    }

    private static string Meaning(string path, string hash, LayerDescription[] layers)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ModelDelta delta = DeltaFile.Read(file, hash, layers);
        List<TensorSource> tensors = [.. delta.Terms.SelectMany((held, layer) => DeltaTerms.Tensors(layer + 1, held)), .. delta.Output];
        string data = SafetensorsWriter.HashOf(tensors);
        foreach (LowRankTerms terms in delta.Terms.SelectMany(layer => layer))
            terms.Dispose();
        return $"{delta.HiddenStepScale} {delta.DirectStepScale} {delta.Calibration} {delta.TrainedBy} {data}";
    }
}

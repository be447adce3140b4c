using System.Text;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// What a fine-tune changed, in a file of its own: its way there and back, and files that do not fit, are damaged or lie.
/// </summary>
[TestFixture]
internal sealed class DeltaTests
{
    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    private string Delta => _folder.File("delta.safetensors");

    private static GaussNewtonOptions Options => new() { Steps = 3, Threads = 2, Flush = FlushPolicy.Never };

    [SetUp]
    public void MakeModel()
    {
        _folder = new TemporaryFolder();
        using Network network = Network.Create(Shapes.Odd, 5);
        network.Save(Model);
        network.SavePanels(Model);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void A_model_with_its_delta_is_the_fine_tuned_network_bit_for_bit(KernelSet kernels)
    {
        foreach (int trainFrom in new[] { 1, 2, 3 })
            foreach (bool shared in new[] { false, true })
            {
                using Network tuned = Network.Load(Model, kernels, shared);
                // Two fits, the second on mini-batches, leave several groups of terms.
                TestTraining.Fit(tuned, TestTraining.Smooth(40, 37, 3, seed: 1), Options with { TrainFrom = trainFrom });
                TestTraining.Fit(tuned, TestTraining.Smooth(50, 37, 3, seed: 2), Options with { TrainFrom = trainFrom, Batch = 20 });
                tuned.SaveDelta(Delta);
                using Network again = Network.Load(Model, kernels, !shared);
                float[] before = PanelsTests.Outputs(again);
                again.ApplyDelta(Delta);
                Numbers.SameBits(PanelsTests.Outputs(again), PanelsTests.Outputs(tuned), "predictions");
                Assert.That(PanelsTests.Outputs(again), Is.Not.EqualTo(before));
                Assert.That((again.HiddenStepScale, again.DeltaRanks), Is.EqualTo((tuned.HiddenStepScale, tuned.DeltaRanks)));
                again.SaveDelta(_folder.File("again"));
                Assert.That(
                    File.ReadAllBytes(_folder.File("again")).AsSpan().SequenceEqual(File.ReadAllBytes(Delta)), "the same file again");
            }
    }

    [Test]
    public void Many_deltas_live_on_one_base()
    {
        byte[] model = File.ReadAllBytes(Model), panels = File.ReadAllBytes(Model + ".panels");
        var expected = new List<float[]>();
        for (int tune = 0; tune < 4; tune++)
        {
            using Network tuned = Network.Load(Model, sharesBase: true);
            TestTraining.Fit(tuned, TestTraining.Smooth(20 + tune, 37, 3, seed: tune), Options);
            tuned.SaveDelta(_folder.File($"{tune}"));
            expected.Add(PanelsTests.Outputs(tuned));
        }
        Network[] networks = [.. Enumerable.Range(0, 4).Select(_ => Network.Load(Model, sharesBase: true))];
        for (int tune = 0; tune < 4; tune++)
            networks[tune].ApplyDelta(_folder.File($"{tune}"));
        for (int tune = 0; tune < 4; tune++)
        {
            Numbers.SameBits(PanelsTests.Outputs(networks[tune]), expected[tune], $"fine-tune {tune}");
            networks[tune].Dispose();
        }
        Assert.That(expected.Select(outputs => outputs[0]).Distinct().Count(), Is.EqualTo(4));
        Assert.That(File.ReadAllBytes(Model).AsSpan().SequenceEqual(model));
        Assert.That(File.ReadAllBytes(Model + ".panels").AsSpan().SequenceEqual(panels));
    }

    [Test]
    public void Training_goes_on_from_a_delta()
    {
        Dataset data = TestTraining.Smooth(40, 37, 3);
        using Network tuned = Network.Load(Model), again = Network.Load(Model, sharesBase: true);
        TestTraining.Fit(tuned, data, Options with { Steps = 1 });
        tuned.SaveDelta(Delta);
        again.ApplyDelta(Delta);
        TrainingResult expected = TestTraining.Fit(tuned, data, Options), found = TestTraining.Fit(again, data, Options);
        Assert.That((found.Loss, found.Accepted), Is.EqualTo((expected.Loss, expected.Accepted)));
        Numbers.SameBits(PanelsTests.Outputs(again), PanelsTests.Outputs(tuned), "predictions");
    }

    [Test]
    public void A_delta_can_be_saved_after_every_step_but_not_applied([Values] bool shared)
    {
        using Network tuned = Network.Load(Model, sharesBase: shared);
        var expected = new List<float[]>();
        TestTraining.Fit(tuned, TestTraining.Smooth(40, 37, 3), Options with { TrainFrom = 2 }, new Recorder(_ =>
        {
            tuned.SaveDelta(_folder.File($"{expected.Count}"));
            Assert.That(
                () => tuned.ApplyDelta(_folder.File($"{expected.Count}")),
                Throws.InvalidOperationException.With.Message.Contains("a progress callback may make"));
            expected.Add(PanelsTests.Outputs(tuned));
        }));
        Assert.That(expected, Has.Count.EqualTo(4));
        for (int step = 0; step < expected.Count; step++)
        {
            using Network again = Network.Load(Model, sharesBase: true);
            again.ApplyDelta(_folder.File($"{step}"));
            Numbers.SameBits(PanelsTests.Outputs(again), expected[step], $"step {step}");
        }
        Numbers.SameBits(PanelsTests.Outputs(tuned), expected[^1], "the end");
    }

    [Test]
    public void A_merged_model_is_the_fine_tuned_one_within_rounding()
    {
        Tune();
        using Network tuned = Network.Load(Model, sharesBase: true), merged = Network.Load(Model);
        tuned.ApplyDelta(Delta);
        merged.ApplyDelta(Delta);
        tuned.Save(_folder.File("from-shared"));
        float[] kept = PanelsTests.Outputs(merged);
        merged.Save(_folder.File("merged"));
        Assert.That(
            File.ReadAllBytes(_folder.File("from-shared")).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.File("merged"))),
            "folded beside a shared base and in place: the same bits");
        using Network loaded = Network.Load(_folder.File("merged"));
        Assert.That(loaded.DeltaRanks, Is.All.Zero);
        Numbers.SameBits(PanelsTests.Outputs(loaded), PanelsTests.Outputs(merged), "saving adds the terms to the weights");
        Assert.That(PanelsTests.Outputs(loaded), Is.EqualTo(kept).Within(1e-4));
    }

    [Test]
    public void A_delta_counts_from_the_last_save()
    {
        using Network network = Network.Load(Model);
        TestTraining.Fit(network, TestTraining.Smooth(20, 37, 3), Options);
        network.Save(_folder.File("next"));
        network.SaveDelta(_folder.File("nothing"));
        TestTraining.Fit(network, TestTraining.Smooth(30, 37, 3, seed: 2), Options);
        network.SaveDelta(Delta);
        using Network next = Network.Load(_folder.File("next"));
        next.ApplyDelta(_folder.File("nothing"));
        Assert.That(next.DeltaRanks, Is.All.Zero);
        next.ApplyDelta(Delta);
        Numbers.SameBits(PanelsTests.Outputs(next), PanelsTests.Outputs(network), "predictions");
    }

    [Test]
    public void A_delta_of_another_model_is_refused_and_both_are_named()
    {
        Tune();
        using Network other = Network.Create(Shapes.Odd, 6);
        other.Save(_folder.File("other"));
        float[] before = PanelsTests.Outputs(other);
        Assert.That(() => other.ApplyDelta(Delta), Throws.TypeOf<InvalidDataException>().With.Message.Contains(Delta)
            .And.Message.Contains(HashOf(Model)).And.Message.Contains(HashOf(_folder.File("other"))));
        Numbers.SameBits(PanelsTests.Outputs(other), before, "as before");
    }

    [Test]
    public void What_has_no_base_has_no_delta()
    {
        Tune();
        using Network drawn = Network.Create(Shapes.Odd, 5), folded = Network.Load(Model), twice = Network.Load(Model);
        Assert.That(() => drawn.SaveDelta(Delta), Throws.InvalidOperationException.With.Message.Contains("only drawn"));
        Assert.That(() => drawn.ApplyDelta(Delta), Throws.InvalidOperationException.With.Message.Contains("only drawn"));
        TestTraining.Fit(folded, TestTraining.Smooth(20, 37, 3), Options with { Flush = FlushPolicy.Immediate });
        Assert.That(() => folded.SaveDelta(Delta), Throws.InvalidOperationException.With.Message.Contains("FlushPolicy.Never"));
        Assert.That(() => folded.ApplyDelta(Delta), Throws.InvalidOperationException.With.Message.Contains("FlushPolicy.Never"));
        twice.ApplyDelta(Delta);
        Assert.That(() => twice.ApplyDelta(Delta), Throws.InvalidOperationException.With.Message.Contains("holds a change already"));
    }

    [Test]
    public void Other_files_are_no_delta()
    {
        using Network network = Network.Load(Model);
        Assert.That(() => network.ApplyDelta(_folder.File("none")), Throws.TypeOf<FileNotFoundException>());
        Refused(network, Model, "expected a delta that SaveDelta wrote, found the format 'subquad'");
        Refused(network, _folder.Write("notes", "hello, this is no delta at all"), "notes");
        SafetensorsWriter.Write(Delta, new Dictionary<string, string>(), []);
        Refused(network, Delta, "found something else");
    }

    [TestCase("\"format_version\":\"1\"", "\"format_version\":\"3\"", "expected delta version 1 or 2, found '3'")]
    [TestCase("\"inputs\":\"37\"", "\"inputs\":\"38\"", "inputs: expected 37, found 38")]
    [TestCase("\"hidden\":\"513,65,130\"", "\"hidden\":\"513,65\"    ", "hidden: expected 513,65,130, found 513,65")]
    [TestCase("\"outputs\":\"3\"", "\"outputs\":\"4\"", "outputs: expected 3, found 4")]
    [TestCase("\"metric\":\"", "\"metric\":\"-", "metric: expected a finite number of 0 or more")]
    [TestCase("\"A\":", "\"B\":", "expected the tensors of a delta of 3 hidden layers, found 'B' too")]
    [TestCase("\"groups.3\"", "\"groups.r\"", "found 'groups.r' too")]
    [TestCase("\"groups.3\"", "\"groups.1\"", "expected a tensor 'scale.1', found none")]
    [TestCase("\"U.3.ids\"", "\"U.9.ids\"", "found 'U.9.ids' too")]
    [TestCase("\"base_sha256\":\"", "\"base_sha256\":\"x", "expected the model that this delta was made from (SHA-256 x")]
    public void A_header_that_lies_is_refused(string truth, string lie, string says)
    {
        Tune();
        byte[] bytes = File.ReadAllBytes(Delta);
        string header = FirstVersion.Of(Encoding.Latin1.GetString(bytes, 0, 4096));
        Assert.That(header, Does.Contain(truth));
        Encoding.Latin1.GetBytes(header.Replace(truth, lie, StringComparison.Ordinal)[..4096]).CopyTo(bytes, 0);
        File.WriteAllBytes(Delta, bytes);
        using Network network = Network.Load(Model);
        Refused(network, Delta, says);
    }

    [Test]
    public void Random_damage_gives_a_clean_error_and_changes_nothing_or_was_in_the_padding()
    {
        Tune();
        byte[] whole = File.ReadAllBytes(Delta);
        float[] before, after;
        using (Network network = Network.Load(Model))
        {
            before = PanelsTests.Outputs(network);
            network.ApplyDelta(Delta);
            after = PanelsTests.Outputs(network);
        }
        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 200; round++)
        {
            byte[] damaged = Damage.Bytes(whole, random);
            // Most bytes are data; every other round hits the text.
            if (round % 2 == 0)
                damaged[random.Next(Math.Min(damaged.Length, 1800))] ^= (byte)(1 << random.Next(7));
            File.WriteAllBytes(Delta, damaged);
            using (Network network = Network.Load(Model))
            {
                Damage.Allowed(() => network.ApplyDelta(Delta));
                bool applied = network.DeltaRanks.Any(rank => rank > 0);
                Numbers.SameBits(PanelsTests.Outputs(network), applied ? after : before, $"round {round}");
                refused += applied ? 0 : 1;
            }
            Assert.That(NativeBytes.Live, Is.Zero, $"round {round}");
        }
        Assert.That(refused, Is.AtLeast(150), "nearly all damage is refused");
    }

    /// <summary>Fine-tunes the model and leaves its delta.</summary>
    private void Tune()
    {
        using Network tuned = Network.Load(Model, sharesBase: true);
        TestTraining.Fit(tuned, TestTraining.Smooth(30, 37, 3), Options with { TrainFrom = 2 });
        tuned.SaveDelta(Delta);
    }

    private static string HashOf(string model)
    {
        using SafetensorsFile file = SafetensorsFile.Open(model);
        return file.HashData();
    }

    private static void Refused(Network network, string path, string says)
    {
        long live = NativeBytes.Live;
        float[] before = PanelsTests.Outputs(network);
        Assert.That(
            () => network.ApplyDelta(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains(says));
        Numbers.SameBits(PanelsTests.Outputs(network), before, "as before");
        Assert.That(NativeBytes.Live - live, Is.LessThan(1 << 20), "but for a predictor's workspace");
    }
}

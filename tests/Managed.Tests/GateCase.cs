using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using Subquad;

namespace Subquad.Managed.Tests;

/// <summary>A network, its trainer and data, and calls on threads that no permission flows to.</summary>
internal sealed class GateCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GateCase(GaussNewtonOptions? options = null, NetworkShape? shape = null)
    {
        Network = Network.Create(shape ?? Shapes.Odd, 5);
        // Leave-one-out errors would end a fit to twenty rows at its first step.
        Trainer = new GaussNewtonTrainer((options ?? new() { Steps = 2, Threads = 2 }) with { LeaveOneOut = LeaveOneOutChoice.Off });
        Network.Save(Model);
        Network.SavePanels(Model);
        Network.SaveDelta(Delta);
    }

    public static Dataset Data { get; } = TestTraining.Smooth(20, 37, 3);

    public static float[] Row { get; } = [.. Enumerable.Range(0, 37).Select(i => (i - 18) / 10f)];

    public Network Network { get; set; }

    public GaussNewtonTrainer Trainer { get; }

    public string Model => _folder.File("model");

    public string Delta => _folder.File("delta");

    public string File(string name) => _folder.File(name);

    /// <summary>Every call of a network that shares it, by name.</summary>
    public static readonly (string Name, Action<GateCase> Call)[] Sharing =
    [
        ("Predict", one => one.Network.Predict(Row, new float[3])),
        ("Classify", one => one.Network.Classify(Row)),
        ("PredictAll", one => one.Network.PredictAll(Data, new float[3 * Data.Count], 1)),
        ("Evaluate", one => one.Network.Evaluate(Data, 2)),
        ("Report", one => one.Network.Report(Data, 2)),
        ("DeltaRanks", one => _ = one.Network.DeltaRanks),
        ("Save", one => one.Network.Save(one.File("saved"))),
        ("SaveDelta", one => one.Network.SaveDelta(one.File("saved-delta"))),
        ("SavePanels", one => one.Network.SavePanels(one.Model)),
    ];

    /// <summary>Every call that has the network alone, by name.</summary>
    public static readonly (string Name, Action<GateCase> Call)[] Alone =
    [
        ("Fit by the same trainer", one => one.Trainer.Fit(one.Network, Data)),
        ("Fit by another trainer", one => TestTraining.Fit(one.Network, Data, new() { Steps = 1, Threads = 1 })),
        ("ApplyDelta", one => one.Network.ApplyDelta(one.Delta)),
    ];

    public static IEnumerable<string> SharingNames => Sharing.Select(call => call.Name);

    public static IEnumerable<string> AllNames => Sharing.Concat(Alone).Select(call => call.Name);

    /// <summary>Makes a call by its name.</summary>
    public void Call(string name) => Sharing.Concat(Alone).Single(call => call.Name == name).Call(this);

    public TrainingResult Fit(Action<StepReport> callback, CancellationToken cancellation = default) =>
        Trainer.Fit(Network, Data, null, new Recorder(callback), cancellation);

    /// <summary>Runs on another thread, to which nothing flows from here; returns what was thrown.</summary>
    public static Exception? Elsewhere(Action work)
    {
        Thread thread = Start(work, out Func<Exception?> failure);
        thread.Join();
        return failure();
    }

    /// <summary>Starts another thread, to which nothing flows from here.</summary>
    public static Thread Start(Action work, out Func<Exception?> failure)
    {
        Exception? found = null;
        failure = () => found;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception fault)
            {
                found = fault;
            }
        });
        thread.UnsafeStart();
        return thread;
    }

    /// <summary>Waits for a condition that another thread brings about.</summary>
    public static void Until(Func<bool> holds)
    {
        while (!holds())
            Thread.Yield();
    }

    /// <summary>Whether calls are refused now.</summary>
    public bool Refuses()
    {
        if (!Network.Gate.TryShare())
            return true;
        Network.Gate.Leave(null);
        return false;
    }

    public void Dispose()
    {
        Trainer.Dispose();
        Network.Dispose();
        _folder.Dispose();
    }
}

using System.CommandLine;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Cli;

/// <summary><c>inspect [MODEL] [--kernels]</c>: what a model is, and what this machine computes with.</summary>
internal sealed class InspectCommand : Command
{
    public static readonly string[] Examples =
        ["subquad inspect subquad-model.safetensors", "subquad inspect houses.safetensors --delta coast-delta.safetensors",
            "subquad inspect --kernels"];

    private readonly Argument<string?> _model =
        new("MODEL") { Description = "A model that 'train' saved.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _delta = Grammar.Delta();
    private readonly Option<bool> _kernels =
        Grammar.Flag("--kernels", "List the kernel sets of this machine and say whether the C core is there.");

    public InspectCommand(Session session) : base("inspect", "Says what a model is, and which kernels this machine has.")
    {
        Add(_model);
        Add(_delta);
        Add(_kernels);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        TextWriter output = session.Output;
        string? path = parsed.GetValue(_model);
        if (path is null && !parsed.GetValue(_kernels))
            throw new UsageException("inspect: expected MODEL or --kernels, found neither");
        if (path is null && parsed.GetValue(_delta) is { } lone)
            throw new UsageException($"--delta: expected MODEL too, found '{lone}' alone");
        if (path is not null)
            Model(output, session.ExistingFile(path, "MODEL"), parsed.GetValue(_delta));
        if (parsed.GetValue(_kernels))
            Kernels(output);
        return ExitCode.Done;
    }

    private static void Kernels(TextWriter output)
    {
        KernelSet used = KernelSets.Best;
        int longest = KernelSets.Available.Max(set => set.Name.Length);
        foreach (KernelSet set in KernelSets.Available)
            output.WriteLine($"{set.Name.PadRight(longest)} {(set == used ? "available, used" : "available")}");
        output.WriteLine(NativeCore.Describe());
    }

    private static void Model(TextWriter output, string path, string? delta)
    {
        using Network network = ModelFile.Load(path, delta);
        NetworkSummary summary = network.Summary;
        NetworkShape shape = network.Shape;
        Line("model", $"{path}, {Words.Bytes(new FileInfo(path).Length)}");
        Line("shape", Words.Shape(shape));
        Line("shifts", $"b = {Words.List(summary.Shifts.Select(shift => $"{shift:g4}"))}");
        Line("weights", $"{Words.Bytes(network.WeightBytes)} in memory");
        Line("task", network.Task == TaskKind.Regression ? "regression" : Words.Outputs(network.Task, network.OutputCount));
        if (network.Temperature is { } temperature)
            Line("scores", $"temperature {temperature:g4} for probabilities, fitted to rows held out or left out");
        if (network.ClassNames.Count > 0)
            Line("classes", Words.List(network.ClassNames));
        Line("inputs", Inputs(network, summary));
        Line("targets", Targets(network, summary));
        if (summary.TargetColumn is { } target)
            Line("columns", $"{Words.List(summary.Columns.Select(Column))}; target {target}");
        Line("seed", $"{network.Seed}");
        Line("metric", $"s^2 = {network.HiddenStepScale:g5}");
        Line("trained by", $"kernels {network.TrainedBy}");
        if (summary.DataHash is { } hash)
            Line("data", $"SHA-256 {hash}");
        if (Network.HasPanels(path))
            Line("panels", $"{path}.panels, {Words.Bytes(new FileInfo(path + ".panels").Length)}");
        if (delta is not null)
            Line("delta", $"{delta}, {Words.Bytes(new FileInfo(delta).Length)}; rank {Words.List(network.DeltaRanks)} beside the hidden " +
                "weights, outputs replaced");

        void Line(string name, string text) => output.WriteLine($"{name + ":",-12}{text}");
    }

    private static string Inputs(Network network, NetworkSummary summary)
    {
        string standardised = summary.Standardises ? "standardised, " : "";
        string constant = summary.HasConstantFeature ? "a constant feature added, " : "";
        return $"{network.InputWidth} features, {standardised}{constant}scaled to unit norm";
    }

    private static string Targets(Network network, NetworkSummary summary) => network.Task == TaskKind.Classification
        ? $"one-hot minus 1/{network.OutputCount}"
        : $"(y - mean) / deviation; mean {Words.List(summary.TargetMeans)}, deviation {Words.List(summary.TargetDeviations)}";

    private static string Column(ColumnSummary column) =>
        column.Median is { } median ? $"{column.Name} (missing: {median})" : $"{column.Name} (text, {column.Categories.Count} values)";
}

using System.Reflection;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;

namespace Subquad.Managed.Tests;

/// <summary>
/// Every public member of the library that takes a reference refuses null by the parameter's name. A member that is added needs a line
/// here.
/// </summary>
[TestFixture]
internal sealed class NullArgumentTests
{
    private static readonly string[] s_ofRecords = ["Equals", "op_Equality", "op_Inequality", "<Clone>$", "Deconstruct", "PrintMembers"];

    private static readonly Dataset s_data = TestTraining.Smooth(4, 37, 3);

    private static readonly GaussNewtonStepReport s_report = Report();

    // Type.Member(parameter), and a call with null there.
    private static readonly Dictionary<string, Action> s_calls = new()
    {
        ["Dataset.FormatOf(path)"] = () => Dataset.FormatOf(null!),
        ["Dataset.Read(path)"] = () => Dataset.Read(null!),
        ["Dataset.ReadLike(path)"] = () => s_data.ReadLike(null!),
        ["Dataset.ReadIdx(imagesOrFolder)"] = () => Dataset.ReadIdx((string)null!),
        ["Dataset.ReadIdx(images)"] = () => Dataset.ReadIdx(null!, Stream.Null),
        ["Dataset.ReadIdx(labels)"] = () => Dataset.ReadIdx(Stream.Null, null!),
        ["Dataset.FromLabelSets(labels)"] = () => Dataset.FromLabelSets([1], 1, null!, 1),
        ["Dataset.ReadIdxImages(images)"] = () => Dataset.ReadIdxImages((string)null!),
        ["Dataset.ReadIdxImages(images) 2"] = () => Dataset.ReadIdxImages((Stream)null!),
        ["Dataset.ReadCsv(path)"] = () => Dataset.ReadCsv((string)null!),
        ["Dataset.ReadCsv(stream)"] = () => Dataset.ReadCsv((Stream)null!),
        ["Dataset.ReadCsvLike(path)"] = () => s_data.ReadCsvLike((string)null!),
        ["Dataset.ReadCsvLike(stream)"] = () => s_data.ReadCsvLike((Stream)null!),
        ["Dataset.ReadLibsvm(path)"] = () => Dataset.ReadLibsvm((string)null!),
        ["Dataset.ReadLibsvm(stream)"] = () => Dataset.ReadLibsvm((Stream)null!),
        ["Dataset.ReadLibsvmLike(path)"] = () => s_data.ReadLibsvmLike((string)null!),
        ["Dataset.ReadLibsvmLike(stream)"] = () => s_data.ReadLibsvmLike((Stream)null!),
        ["Dataset.SavePacked(path)"] = () => s_data.SavePacked((string)null!),
        ["Dataset.SavePacked(stream)"] = () => s_data.SavePacked((Stream)null!),
        ["Dataset.ReadPacked(path)"] = () => Dataset.ReadPacked((string)null!),
        ["Dataset.ReadPacked(stream)"] = () => Dataset.ReadPacked((Stream)null!),
        ["Dataset.ReadPackedLike(path)"] = () => s_data.ReadPackedLike(null!),
        ["GaussNewtonOptions.Flush(value)"] = () => _ = new GaussNewtonOptions { Flush = null! },
        ["GaussNewtonTrainer.Fit(network)"] = () => WithTrainer(trainer => trainer.Fit(null!, s_data)),
        ["GaussNewtonTrainer.Fit(training)"] = () => WithTrainer(trainer => WithNetwork(network => trainer.Fit(network, null!))),
        ["GaussNewtonTrainer.LeavesOneOut(options)"] = () => GaussNewtonTrainer.LeavesOneOut(null!, 1),
        ["MemoryEstimate.OfTraining(shape)"] = () => MemoryEstimate.OfTraining(null!, new(), 1, 0),
        ["MemoryEstimate.OfTraining(options)"] = () => MemoryEstimate.OfTraining(Shapes.Odd, null!, 1, 0),
        ["MemoryEstimate.OfTraining(shape) 2"] = () => MemoryEstimate.OfTraining(null!, new(), s_data, null),
        ["MemoryEstimate.OfTraining(options) 2"] = () => MemoryEstimate.OfTraining(Shapes.Odd, null!, s_data, null),
        ["MemoryEstimate.OfTraining(data)"] = () => MemoryEstimate.OfTraining(Shapes.Odd, new(), null!, null),
        ["MemoryEstimate.OfPredictions(shape)"] = () => MemoryEstimate.OfPredictions(null!, 1),
        ["Network.Create(shape)"] = () => Network.Create(null!, 1),
        ["Network.Create(shape) 2"] = () => Network.Create(null!, s_data, 1),
        ["Network.Create(training)"] = () => Network.Create(Shapes.Odd, null!, 1),
        ["Network.Load(path)"] = () => Network.Load((string)null!),
        ["Network.Load(stream)"] = () => Network.Load((Stream)null!),
        ["Network.HasPanels(modelPath)"] = () => Network.HasPanels(null!),
        ["Network.Read(path)"] = () => WithNetwork(network => network.Read(null!)),
        ["Network.ReadCsv(path)"] = () => WithNetwork(network => network.ReadCsv((string)null!)),
        ["Network.ReadCsv(stream)"] = () => WithNetwork(network => network.ReadCsv((Stream)null!)),
        ["Network.ReadCsv(path) 2"] = () => WithNetwork(network => network.ReadCsv(null!, new CsvOptions())),
        ["Network.ReadCsv(options)"] = () => WithNetwork(network => network.ReadCsv("", (CsvOptions)null!)),
        ["Network.ReadLibsvm(path)"] = () => WithNetwork(network => network.ReadLibsvm((string)null!)),
        ["Network.ReadLibsvm(stream)"] = () => WithNetwork(network => network.ReadLibsvm((Stream)null!)),
        ["Network.Evaluate(data)"] = () => WithNetwork(network => network.Evaluate(null!)),
        ["Network.Report(data)"] = () => WithNetwork(network => network.Report(null!)),
        ["Network.Encode(record)"] = () => WithNetwork(network => network.Encode((IReadOnlyDictionary<string, object?>)null!)),
        ["Network.Encode(record) 2"] =
            () => WithNetwork(network => network.Encode((IReadOnlyDictionary<string, object?>)null!, Span<double>.Empty)),
        ["Network.CountClipped(data)"] = () => WithNetwork(network => network.CountClipped(null!)),
        ["Network.PredictAll(data)"] = () => WithNetwork(network => network.PredictAll(null!, Span<float>.Empty)),
        ["Network.PredictAll(data) 2"] = () => WithNetwork(network => network.PredictAll(null!, Span<double>.Empty)),
        ["Network.PredictProbabilities(data)"] = () => WithNetwork(network => network.PredictProbabilities((Dataset)null!, [])),
        ["Network.TopK(data)"] = () => WithNetwork(network => network.TopK(null!, 1, [], [])),
        ["Network.Calibrate(data)"] = () => WithNetwork(network => network.Calibrate(null!)),
        ["Network.Save(path)"] = () => WithNetwork(network => network.Save((string)null!)),
        ["Network.Save(stream)"] = () => WithNetwork(network => network.Save((Stream)null!)),
        ["Network.SaveDelta(path)"] = () => WithNetwork(network => network.SaveDelta((string)null!)),
        ["Network.SaveDelta(stream)"] = () => WithNetwork(network => network.SaveDelta((Stream)null!)),
        ["Network.ApplyDelta(path)"] = () => WithNetwork(network => network.ApplyDelta((string)null!)),
        ["Network.ApplyDelta(stream)"] = () => WithNetwork(network => network.ApplyDelta((Stream)null!)),
        ["Network.StartLearning(training)"] = () => WithNetwork(network => network.StartLearning(null!)),
        ["Network.SavePanels(modelPath)"] = () => WithNetwork(network => network.SavePanels(null!)),
        ["NetworkShape.Hidden(value)"] = () => _ = new NetworkShape { Hidden = null! },
        ["NetworkShape.ShiftConstant(value)"] = () => _ = Shapes.Odd with { ShiftConstant = null! },
        ["OnlineLearner.Learn(className)"] = () => WithNetwork(network =>
        {
            using OnlineLearner learner = network.StartLearning(s_data);
            learner.Learn(GateCase.Row, (string)null!);
        }),
        ["PublishedNetwork.PredictAll(data)"] = () => WithTrainer(trainer => trainer.Published.PredictAll(null!, [])),
        ["PublishedNetwork.Evaluate(data)"] = () => WithTrainer(trainer => trainer.Published.Evaluate(null!)),
        ["StepReport.Active(value)"] = () => _ = s_report with { Active = null! },
        ["GaussNewtonStepReport.Flips(value)"] = () => _ = s_report with { Flips = null! },
        ["GaussNewtonStepReport.Reevaluated(value)"] = () => _ = s_report with { Reevaluated = null! },
        ["StepReport.Seconds(value)"] = () => _ = s_report with { Seconds = null! },
        ["StepReport.StageMultiplyAdds(value)"] = () => _ = s_report with { StageMultiplyAdds = null! },
        ["TrainingResult.TrainingResult(Message)"] = () => _ = new TrainingResult(StopReason.Steps, null!, 0, 0, 0, 0, null),
        ["TrainingResult.Message(value)"] = () => _ = new TrainingResult(StopReason.Steps, "", 0, 0, 0, 0, null) with { Message = null! },
        ["WholeFile.Write(path)"] = () => WholeFile.Write(null!, _ => { }),
        ["WholeFile.Write(write)"] = () => WholeFile.Write("file", null!),
        ["WholeFile.IsSpecial(path)"] = () => WholeFile.IsSpecial(null!),
    };

    private static IEnumerable<string> Lines => s_calls.Keys;

    [TestCaseSource(nameof(Lines))]
    public void Null_is_refused_by_name(string line)
    {
        string member = line[(line.IndexOf('.') + 1)..line.IndexOf('(')], parameter = line[(line.IndexOf('(') + 1)..line.IndexOf(')')];
        ArgumentNullException? failure = Assert.Throws<ArgumentNullException>(() => s_calls[line]());
        // A property is named by its name.
        Assert.That(failure!.ParamName, Is.EqualTo(parameter == "value" ? member : parameter));
    }

    [Test]
    public void Every_public_member_has_a_line()
    {
        var nullability = new NullabilityInfoContext();
        string[] found =
        [
            .. from type in typeof(Network).Assembly.GetExportedTypes()
               from member in type.GetConstructors().Cast<MethodBase>()
                   .Concat(type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
               where !type.IsEnum && !s_ofRecords.Contains(member.Name)
               from parameter in member.GetParameters()
               where !parameter.ParameterType.IsValueType && !parameter.ParameterType.IsByRef
                   && nullability.Create(parameter).WriteState == NullabilityState.NotNull
               select $"{type.Name}.{NameOf(member)}({parameter.Name})",
        ];
        string[] numbered =
            [.. found.GroupBy(line => line).SelectMany(group => group.Select((line, at) => at == 0 ? line : $"{line} {at + 1}"))];
        Assert.That(numbered, Is.EquivalentTo(s_calls.Keys));
    }

    [Test]
    public void A_list_of_names_has_no_null_in_it() => Assert.That(
        () => Dataset.From([1f, 2f], 1, [0, 1], ["a", null!]),
        Throws.ArgumentException.With.Property("ParamName").EqualTo("classNames").And.Message.Contains("class 1"));

    private static string NameOf(MethodBase member) => member switch
    {
        ConstructorInfo => member.DeclaringType!.Name,
        { IsSpecialName: true } when member.Name.StartsWith("set_", StringComparison.Ordinal) => member.Name[4..],
        _ => member.Name,
    };

    private static void WithNetwork(Action<Network> call)
    {
        using Network network = Network.Create(Shapes.Odd, 1);
        call(network);
    }

    private static void WithTrainer(Action<GaussNewtonTrainer> call)
    {
        using var trainer = new GaussNewtonTrainer(new() { Steps = 0, Threads = 1 });
        call(trainer);
    }

    private static GaussNewtonStepReport Report() => new()
    {
        Step = 0,
        Epoch = 0,
        Loss = 0,
        ResidualRatio = 0,
        TrainMetric = 0,
        Damping = 0,
        Accepted = true,
        Solver = null,
        CgIterations = 0,
        PredictedDecrease = 0,
        ActualDecrease = 0,
        Active = [],
        Flips = [],
        DeadData = 0,
        Reevaluated = [],
        Seconds = new Dictionary<string, double>(),
        MultiplyAdds = 0,
        StageMultiplyAdds = new Dictionary<string, long>(),
        StageTouchedLines = null,
        TouchedLines = null,
    };
}

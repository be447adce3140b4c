using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Subquad.Simd.Interop;
using static Subquad.Embedding.Arguments;

namespace Subquad.Embedding;

/// <summary>The functions of subquad_train.h, which says what each does.</summary>
internal static unsafe class Exports
{
    private const uint AbiVersion = 2;

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_abi_version", CallConvs = [typeof(CallConvCdecl)])]
    public static uint GetAbiVersion() => AbiVersion;

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_last_error", CallConvs = [typeof(CallConvCdecl)])]
    public static nuint LastError(byte* buffer, nuint capacity)
    {
        ReadOnlySpan<byte> message = Border.Message;
        if (buffer != null && capacity > 0)
        {
            int length = (int)Math.Min((nuint)message.Length, capacity - 1);
            message[..length].CopyTo(new Span<byte>(buffer, length));
            buffer[length] = 0;
        }
        return (nuint)message.Length;
    }

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_create", CallConvs = [typeof(CallConvCdecl)])]
    public static int Create(ShapeView* shape, DataView* training, nint* network) => Border.Cross(() =>
    {
        RequireRoom(network);
        ShapeView view = Read(shape);
        *network = Handles.Open(Network.Create(Shape(view), Rows(Read(training)), view.Seed, Kernels(view.Kernels), Threads(view.Threads)));
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_load", CallConvs = [typeof(CallConvCdecl)])]
    public static int Load(byte* path, byte* kernels, nint* network) => Border.Cross(() =>
    {
        RequireRoom(network);
        *network = Handles.Open(Network.Load(Path(path), Kernels(kernels)));
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_fit", CallConvs = [typeof(CallConvCdecl)])]
    public static int Fit(
        nint network, DataView* training, DataView* validation, OptionsView* options,
        delegate* unmanaged[Cdecl]<StepView*, void*, int> progress, void* context, ResultView* result) => Border.Cross(() =>
    {
        if (result != null)
            SizeOf(result);
        Network held = Handles.Find(network);
        using var stop = new CancellationTokenSource();
        using var trainer = new GaussNewtonTrainer(Options(options == null ? default : Read(options)));
        Dataset rows = Rows(Read(training));
        Dataset? heldOut = validation == null ? null : Rows(Read(validation));
        TrainingResult ended =
            trainer.Fit(held, rows, heldOut, progress == null ? null : new Progress(progress, context, stop), stop.Token);
        if (result != null)
            Write(result, new ResultView
            {
                Reason = (int)ended.Reason,
                Steps = ended.Steps,
                Accepted = ended.Accepted,
                Loss = ended.Loss,
                TrainMetric = ended.TrainMetric,
                ValidationMetric = ended.ValidationMetric ?? double.NaN,
            });
        return ended.Reason switch
        {
            StopReason.Cancelled => Border.Failed(Status.Cancelled, ended.Message),
            StopReason.NonFinite => Border.Failed(Status.NotFinite, ended.Message),
            _ => Status.Ok,
        };
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_predict", CallConvs = [typeof(CallConvCdecl)])]
    public static int Predict(nint network, float* features, long featureCount, float* scores, long scoreCount, int threads) =>
        Border.Cross(() =>
    {
        int workers = Threads(threads);
        Network held = Handles.Find(network);
        RequireRows(held, features, featureCount, scores, scoreCount, "scores", "score_count");
        var inputs = new ReadOnlySpan<float>(features, (int)featureCount);
        var outputs = new Span<float>(scores, (int)scoreCount);
        if (featureCount > held.InputWidth)
            held.PredictAll(Dataset.From(inputs, held.InputWidth), outputs, workers);
        else
            held.Predict(inputs, outputs);
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_predict_probabilities", CallConvs = [typeof(CallConvCdecl)])]
    public static int PredictProbabilities(
        nint network, float* features, long featureCount, float* probabilities, long probabilityCount, int threads) => Border.Cross(() =>
    {
        int workers = Threads(threads);
        Network held = Handles.Find(network);
        if (held.Task == TaskKind.Regression)
            throw Refused("network: expected one of classes or labels, found one of values");
        RequireRows(held, features, featureCount, probabilities, probabilityCount, "probabilities", "probability_count");
        var inputs = new ReadOnlySpan<float>(features, (int)featureCount);
        var outputs = new Span<float>(probabilities, (int)probabilityCount);
        if (featureCount > held.InputWidth)
            held.PredictProbabilities(Dataset.From(inputs, held.InputWidth), outputs, workers);
        else
            held.PredictProbabilities(inputs, outputs);
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_save", CallConvs = [typeof(CallConvCdecl)])]
    public static int Save(nint network, byte* path) => Border.Cross(() =>
    {
        string file = Path(path);
        Handles.Find(network).Save(file);
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_describe", CallConvs = [typeof(CallConvCdecl)])]
    public static int Describe(nint network, InfoView* info) => Border.Cross(() =>
    {
        Network held = Handles.Find(network);
        var view = new InfoView
        {
            Inputs = held.InputWidth,
            Outputs = held.OutputCount,
            Classes = held.Task == TaskKind.Classification ? held.OutputCount : 0,
            HiddenCount = held.Shape.Hidden.Count,
            CorePresent = NativeCore.IsPresent ? 1 : 0,
            WeightBytes = held.WeightBytes,
            Seed = held.Seed,
        };
        CopyName(held.Kernels.Name, view.Kernels);
        CopyName(held.TrainedBy ?? "", view.TrainedBy);
        Write(info, view);
        return Status.Ok;
    });

    [UnmanagedCallersOnly(EntryPoint = "subquad_train_free", CallConvs = [typeof(CallConvCdecl)])]
    public static int Free(nint network) => Border.Cross(() =>
    {
        if (network != 0)
            Handles.Close(network);
        return Status.Ok;
    });

    private static void RequireRows(
        Network held, float* features, long featureCount, float* outputs, long outputCount, string name, string countName)
    {
        if (features == null || outputs == null)
            throw Refused($"{(features == null ? "features" : name)}: expected an array, found NULL");
        if (featureCount < held.InputWidth || featureCount % held.InputWidth != 0 || featureCount > Array.MaxLength)
            throw Refused($"feature_count: expected a multiple of {held.InputWidth} up to {Array.MaxLength}, found {featureCount}");
        long rows = featureCount / held.InputWidth;
        if (outputCount != rows * held.OutputCount || outputCount > Array.MaxLength)
            throw Refused($"{countName}: expected {rows} rows of {held.OutputCount}, found {outputCount}");
    }

    private static void RequireRoom(nint* network)
    {
        if (network == null)
            throw Refused("network: expected room for a handle, found NULL");
    }

    /// <summary>The name and a zero; a name is cut where it does not fit, the rest is zero already.</summary>
    private static void CopyName(string name, byte* destination) =>
        Encoding.UTF8.TryGetBytes(name, new Span<byte>(destination, InfoView.NameBytes - 1), out _);
}

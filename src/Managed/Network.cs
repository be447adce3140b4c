using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Models;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad;

/// <summary>
/// A wide multi-layer network with shifted-ReLU neurons of which few fire: f = A^T h_L, or f = A^T h_L + B^T x with direct weights from the
/// input. Holds the weights, and every transform between a raw row and them. Owns native memory: dispose it.
/// </summary>
/// <remarks>
/// Thread safety: all members may be called from any thread at any time. Predict, Classify, PredictAll, PredictProbabilities, TopK,
/// Evaluate, Report, Calibrate, Encode, DeltaRanks, Save, SaveDelta and SavePanels run side by side.
/// <see cref="GaussNewtonTrainer.Fit"/>, <see cref="ApplyDelta(string)"/> and a <see cref="Save(string)"/> that adds held terms to the
/// weights have the network alone: they wait for calls in flight, and calls that come while they wait or run get an
/// <see cref="InvalidOperationException"/> that names the operation. Calls from the progress callback of a fit are allowed, see
/// <see cref="GaussNewtonTrainer.Fit"/>. A host that serves while it trains predicts with <see cref="GaussNewtonTrainer.Published"/>.
/// </remarks>
public sealed partial class Network : IDisposable
{
    private const int Slots = 64;

    // Predictors wait here between calls: a slot is taken and put back by one exchange, so that a warm prediction neither locks nor
    // allocates.
    private readonly Predictor?[] _predictors = new Predictor?[Slots];
    private readonly NetworkGate _gate = new();

    private Network(NetworkShape shape, ulong seed, LayerStack layers, InputTransform input, TargetTransform target, string[] classNames,
        TableSchema? schema, KernelSet kernels)
    {
        Shape = shape;
        Seed = seed;
        Layers = layers;
        Input = input;
        Target = target;
        ClassNames = Array.AsReadOnly(classNames);
        Table = schema;
        Schema = schema is null ? null : new NetworkSchema(schema);
        Kernels = kernels;
    }

    /// <summary>Widths, densities and modes.</summary>
    public NetworkShape Shape { get; }

    /// <summary>What the weights were drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>The kernel set that computes.</summary>
    public KernelSet Kernels { get; }

    /// <summary>Features of a raw row.</summary>
    public int InputWidth => Input.RawWidth;

    /// <summary>Outputs.</summary>
    public int OutputCount => Layers.Outputs;

    /// <summary>Whether outputs score classes or labels, or estimate values.</summary>
    public TaskKind Task => Target.Kind == TargetKind.Classes ? TaskKind.Classification
        : Target.HasLabels ? TaskKind.MultiLabel
        : TaskKind.Regression;

    /// <summary>The names of the classes in the order of the outputs; empty for regression.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The columns of the training table, from which <c>Encode</c> makes raw rows; null when the rows had no names.</summary>
    public NetworkSchema? Schema { get; }

    /// <summary>
    /// s^2: what multiplies the steps of the hidden layers beside that of the output matrix; 0 until the first training sets it.
    /// </summary>
    public float HiddenStepScale { get; internal set; }

    /// <summary>Native bytes of the weights, shared ones too.</summary>
    public long WeightBytes => Shape.WeightBytesIn(WeightFormat);

    /// <summary>Who may use the weights now.</summary>
    internal NetworkGate Gate => _gate;

    internal LayerStack Layers { get; }

    /// <summary>The hidden layers' weights, each a base with terms beside it.</summary>
    internal WeightStack Weights => Layers.Weights;

    internal InputTransform Input { get; }
    internal TargetTransform Target { get; }

    /// <summary>What its training lowers, and the link from its outputs to predictions.</summary>
    internal SquaredLoss Loss => SquaredLoss.Instance;
    internal TableSchema? Table { get; }

    /// <summary>The index of the first feature in the LIBSVM text that the transforms were learned from; null for other data.</summary>
    internal int? FirstIndex { get; private init; }

    /// <summary>
    /// Draws a network for raw rows of <see cref="NetworkShape.Inputs"/> features, which it only scales to unit norm, and outputs in [0, 1]
    /// classes or plain values.
    /// </summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="seed">The same seed gives the same weights on every machine and kernel set.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>.</param>
    /// <param name="threads">Workers that draw the weights; default: all processors.</param>
    /// <param name="cancellation">Honoured between panels; what was drawn is given back.</param>
    /// <exception cref="ArgumentException">The shape cannot be built; the message names the field.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit; the message names bytes wanted and available.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public static Network Create(
        NetworkShape shape, ulong seed, KernelSet? kernels = null, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        shape = shape.Copy();
        shape.Check();
        RefuseTooLarge(shape);
        return Draw(shape, seed, InputTransform.Identity(shape.Inputs), TargetTransform.Identity(shape.Outputs), [], null, null, kernels,
            threads, cancellation);
    }

    /// <summary>
    /// Draws a network for a data set: input and output widths, class names and every transform are learned from it. Rows of tables and of
    /// arrays are standardised and get a constant feature, so that their length is not lost when they are scaled to unit norm. LIBSVM rows
    /// get the constant feature but keep their values, for a shift would fill their zeros. Images keep their pixels. See
    /// <see cref="Dataset.WithoutTransforms"/>.
    /// </summary>
    /// <param name="shape">Its hidden layers; Inputs and Outputs are taken from the data.</param>
    /// <param name="training">The training data, with targets.</param>
    /// <param name="seed">The same seed gives the same weights on every machine and kernel set.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>.</param>
    /// <param name="threads">Workers that draw the weights; default: all processors.</param>
    /// <param name="cancellation">Honoured between panels; what was drawn is given back.</param>
    /// <exception cref="ArgumentException">The shape cannot be built, or the data have no targets.</exception>
    /// <exception cref="InvalidDataException">All rows are of one class.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit; the message names bytes wanted and available.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public static Network Create(
        NetworkShape shape, Dataset training, ulong seed, KernelSet? kernels = null, int? threads = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(training);
        Examples examples = training.Examples;
        if (examples.Kind == TargetKind.None)
            throw new ArgumentException("the training data have no targets", nameof(training));
        examples.RequireClasses("the rows to train on");
        InputTransform input = InputTransform.Learn(examples);
        NetworkShape full = shape.Copy() with { Inputs = input.Width, Outputs = examples.OutputCount };
        full.Check();
        RefuseTooLarge(full);
        return Draw(full, seed, input, TargetTransform.Learn(examples), examples.ClassNames, examples.Schema, examples.FirstIndex, kernels,
            threads, cancellation);
    }

    /// <summary>
    /// Computes the outputs of one raw row: class estimates (0 to 1, not clipped) or values in original units. Thread-safe; a warm call
    /// allocates nothing.
    /// </summary>
    /// <param name="input"><see cref="InputWidth"/> finite features.</param>
    /// <param name="output">Room for <see cref="OutputCount"/> numbers.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        using SharedCall call = _gate.Share(this);
        PredictRow(input, output);
    }

    /// <summary>The most likely class of one raw row. Thread-safe.</summary>
    /// <param name="input"><see cref="InputWidth"/> finite features.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public int Classify(ReadOnlySpan<float> input)
    {
        using SharedCall call = _gate.Share(this);
        return ClassifyRow(input);
    }

    /// <summary><see cref="Predict(ReadOnlySpan{float}, Span{float})"/> inside the gate.</summary>
    internal void PredictRow(ReadOnlySpan<float> input, Span<float> output)
    {
        var row = new RawRow(input);
        row.Require(InputWidth, "", nameof(input));
        PredictRow(row, output);
    }

    private void PredictRow(RawRow input, Span<float> output)
    {
        if (output.Length != OutputCount)
            throw new ArgumentException($"expected room for {OutputCount} outputs, found {output.Length}", nameof(output));
        Layers.ApplyPending();
        Predictor predictor = Rent();
        bool isFinite;
        try
        {
            isFinite = predictor.TryRun(input, output);
        }
        catch
        {
            // What it holds may be half grown.
            predictor.Dispose();
            throw;
        }
        Return(predictor);
        if (!isFinite)
            throw input.NotFinite(Table);
    }

    /// <summary><see cref="Classify(ReadOnlySpan{float})"/> inside the gate.</summary>
    internal int ClassifyRow(ReadOnlySpan<float> input)
    {
        Span<float> scores = OutputCount <= 256 ? stackalloc float[OutputCount] : new float[OutputCount];
        PredictRow(input, scores);
        return Classification.Highest(scores);
    }

    /// <summary>Reads a table as the model's training table was read: columns by name, the same medians, categories and classes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="withTargets">Whether the target column is read; else its cells are not looked at.</param>
    /// <param name="rowNames">The column that names the rows, see <see cref="Dataset.RowNames"/>; null for none.</param>
    /// <exception cref="InvalidDataException">The model was not trained on a table, or the file does not fit it.</exception>
    public Dataset ReadCsv(string path, bool withTargets = true, string? rowNames = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ReadCsv((Formats.InputSource)path, withTargets, rowNames);
    }

    /// <summary>
    /// Reads LIBSVM or extreme-classification text as the model's training text was read: the same width, first index and classes.
    /// </summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="withTargets">Whether labels are read; else the rows can only be predicted, and their labels may be unknown or
    /// missing.</param>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The model was trained on a table, or the file does not fit it; the message names the
    /// line.</exception>
    public Dataset ReadLibsvm(string path, bool withTargets = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ReadLibsvm((Formats.InputSource)path, withTargets);
    }

    /// <summary>
    /// Gives all native memory back. Later calls throw <see cref="ObjectDisposedException"/>; a fit that is going on is cancelled, and it
    /// and all calls in flight are waited for. Calling it again does nothing. Thread-safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is called from the progress callback of a fit of this network; the network is as
    /// before.</exception>
    public void Dispose()
    {
        if (_gate.TryClose())
            Free();
    }

    /// <summary>
    /// As <see cref="Dispose"/>, but without waiting or cancelling: does nothing while a call is in flight or an operation is going on.
    /// Thread-safe.
    /// </summary>
    /// <returns>Whether the network is disposed now.</returns>
    /// <exception cref="InvalidOperationException">It is called from the progress callback of a fit of this network; the network is as
    /// before.</exception>
    public bool TryDispose()
    {
        bool isClosed = _gate.TryCloseAtOnce(out bool isFirst);
        if (isFirst)
            Free();
        return isClosed;
    }

    private void Free()
    {
        for (int slot = 0; slot < Slots; slot++)
            Interlocked.Exchange(ref _predictors[slot], null)?.Dispose();
        Layers.Dispose();
    }

    private static Network Draw(
        NetworkShape shape, ulong seed, InputTransform input, TargetTransform target, string[] classNames, TableSchema? schema,
        int? firstIndex, KernelSet? kernels, int? threads,
        CancellationToken cancellation)
    {
        kernels ??= KernelSets.Best;
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        LayerStack layers = LayerStackFactory.Draw(shape.Layers(), shape.InitialisationBy(seed), kernels, team);
        return new Network(shape, seed, layers, input, target, classNames, schema, kernels) { FirstIndex = firstIndex };
    }

    private static void RefuseTooLarge(NetworkShape shape, bool sharesBase = false, WeightFormat format = WeightFormat.Float32)
    {
        Int128 wanted = sharesBase ? shape.OutputBytes : shape.WeightBytesIn(format);
        long available = NativeBytes.Available;
        if (wanted > available)
            throw new InsufficientMemoryException(
                $"the weights of this network take {wanted} bytes, but only {available} are available; use a smaller width");
    }

    private Predictor Rent()
    {
        for (int slot = 0; slot < Slots; slot++)
            if (Volatile.Read(ref _predictors[slot]) is not null && Interlocked.Exchange(ref _predictors[slot], null) is { } predictor)
                return predictor;
        return new Predictor(Kernels, Layers, Loss, Input, Target);
    }

    private void Return(Predictor predictor)
    {
        for (int slot = 0; slot < Slots; slot++)
            if (Volatile.Read(ref _predictors[slot]) is null && Interlocked.CompareExchange(ref _predictors[slot], predictor, null) is null)
                return;
        predictor.Dispose();
    }
}

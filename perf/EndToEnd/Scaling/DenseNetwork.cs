using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// The network of the scaling run in libtorch, dense throughout: every product is a sgemm over all neurons, active or not. Results are
/// written in place, so that nothing is allocated in a step but n x n matrices, and no second copy of W exists.
/// </summary>
sealed class DenseNetwork : IDisposable
{
    readonly IDisposable _scope = NewDisposeScope();
    readonly Tensor[] _weights, _active, _masks, _norms, _cotangents, _products;
    readonly Tensor _inputs, _output, _tangent;

    public DenseNetwork(ScalingCase run)
    {
        (int m, int n, int layers) = (run.Width, run.Batch, ScalingCase.Layers);
        manual_seed(1);
        Threshold = run.Shift * Math.Sqrt(2.0 / m);
        _inputs = randn(n, ScalingCase.Dimension);
        _inputs.div_(_inputs.norm(1, keepdim: true));
        Targets = randint(0, 2, [n, run.Outputs]).to(ScalarType.Float32).mul_(2).sub_(1);
        _output = randint(0, 2, [run.Outputs, m]).to(ScalarType.Float32).mul_(2).sub_(1);
        _weights = Each(layer => empty(m, layer == 0 ? ScalingCase.Dimension : m).normal_(0, Math.Sqrt(2.0 / m)));
        _active = Each(_ => zeros(n, m));
        _masks = Each(_ => zeros(n, m));
        _norms = Each(_ => ones(n, 1));
        _cotangents = Each(_ => zeros(n, m));
        _products = Each(_ => zeros(n, n));
        _tangent = zeros(n, m);
        Outputs = zeros(n, run.Outputs);

        Tensor[] Each(Func<int, Tensor> create) => [.. Enumerable.Range(0, layers).Select(create)];
    }

    /// <summary>theta, the same for all neurons.</summary>
    public double Threshold { get; }

    public Tensor Targets { get; }

    /// <summary>f, after a forward pass.</summary>
    public Tensor Outputs { get; }

    /// <summary>Bytes that a case takes: two square layers, and what a batch leaves behind.</summary>
    public static long Bytes(ScalingCase run) =>
        sizeof(float) * ((ScalingCase.Layers - 1L) * run.Width * run.Width + 16L * run.Batch * run.Width + 16L * run.Batch * run.Batch);

    /// <summary>What enters a layer (from 0).</summary>
    Tensor InputOf(int layer) => layer == 0 ? _inputs : _active[layer - 1];

    /// <summary>u of the last layer after a pull-back.</summary>
    public Tensor LastCotangent => _cotangents[^1];

    /// <summary>V V^T of the last layer after <see cref="MeasureInputs"/>.</summary>
    public Tensor LastProducts => _products[^1];

    /// <summary>A^T: C x m.</summary>
    public Tensor OutputWeights => _output;

    /// <summary>The pre-activations of the last layer, for the cached algorithm.</summary>
    public Tensor LastSums() => InputOf(_weights.Length - 1).mm(_weights[^1].t());

    /// <summary>h = max(0, W h - theta) / ||.|| from a layer on, and f.</summary>
    public void Forward(int from)
    {
        for (int layer = from; layer < _weights.Length; layer++)
        {
            _active[layer].addmm_(InputOf(layer), _weights[layer].t(), beta: 0, alpha: 1);
            Activate(layer);
        }
        Outputs.addmm_(_active[^1], _output.t(), beta: 0, alpha: 1);
    }

    /// <summary>
    /// u of all layers from <paramref name="from"/> on, for cotangents of the outputs (n x C, or 1 x C for all data alike).
    /// </summary>
    public void PullBack(Tensor outputs, int from)
    {
        using (Tensor product = outputs.mm(_output))
            _cotangents[^1].copy_(product);
        Project(_weights.Length - 1, _cotangents[^1]);
        for (int layer = _weights.Length - 2; layer >= from; layer--)
        {
            _cotangents[layer].addmm_(_cotangents[layer + 1], _weights[layer + 1], beta: 0, alpha: 1);
            Project(layer, _cotangents[layer]);
        }
    }

    /// <summary>V V^T of every layer from <paramref name="from"/> on.</summary>
    public void MeasureInputs(int from)
    {
        for (int layer = from; layer < _weights.Length; layer++)
            _products[layer].addmm_(InputOf(layer), InputOf(layer).t(), beta: 0, alpha: 1);
    }

    /// <summary>Adds the sum over layers of (U U^T) o (V V^T).</summary>
    public void AddGram(Tensor gram, int from, double share)
    {
        for (int layer = from; layer < _weights.Length; layer++)
        {
            using Tensor product = _cotangents[layer].mm(_cotangents[layer].t());
            gram.addcmul_(product, _products[layer], share);
        }
    }

    /// <summary>J J^T applied to <paramref name="outputs"/> (n x C): pull back, then push forward.</summary>
    public Tensor Apply(Tensor outputs, int from)
    {
        PullBack(outputs, from);
        Tensor? below = null;
        for (int layer = from; layer < _weights.Length; layer++)
        {
            // dg = (V V^T) U + W dh; the cotangents are used up layer by layer, so their room serves as dh.
            _tangent.addmm_(_products[layer], _cotangents[layer], beta: 0, alpha: 1);
            if (below is not null)
                _tangent.addmm_(below, _weights[layer].t(), beta: 1, alpha: 1);
            below = _cotangents[layer];
            below.copy_(_tangent);
            Project(layer, below);
        }
        return below!.mm(_output.t());
    }

    /// <summary>W -= U^T diag(scales) V in every layer from <paramref name="from"/> on; scales (n x 1) null for one.</summary>
    public void Update(Tensor? scales, int from)
    {
        for (int layer = from; layer < _weights.Length; layer++)
        {
            if (scales is not null)
                _cotangents[layer].mul_(scales);
            _weights[layer].addmm_(_cotangents[layer].t(), InputOf(layer), beta: 1, alpha: -1);
        }
    }

    public void Dispose() => _scope.Dispose();

    void Activate(int layer)
    {
        Tensor active = _active[layer];
        active.sub_(Threshold).relu_();
        _masks[layer].copy_(active).sign_();
        using Tensor norms = active.norm(1, keepdim: true).clamp_min_(1e-12);
        _norms[layer].copy_(norms);
        active.div_(norms);
    }

    /// <summary>t becomes D (t - (t . h) h) / ||.||: the derivative of the normalised activation, which is symmetric.</summary>
    void Project(int layer, Tensor values)
    {
        using Tensor along = (values * _active[layer]).sum(1, keepdim: true).neg_();
        values.addcmul_(_active[layer], along, 1).mul_(_masks[layer]).div_(_norms[layer]);
    }
}

using Subquad.Simd;

namespace Subquad.Cli;

/// <summary>What a <c>train</c> command line asks for; every path and combination is already checked.</summary>
internal sealed record TrainRequest
{
    /// <summary>Null: the embedded sample.</summary>
    public required string? Data { get; init; }
    public required string? Labels { get; init; }
    public required CsvOptions Csv { get; init; }

    /// <summary>Features of LIBSVM text; null: up to the largest index.</summary>
    public required int? Features { get; init; }
    public required int? Samples { get; init; }

    /// <summary>Whether the samples are the first rows; else they are drawn by the seed.</summary>
    public required bool TakesFirst { get; init; }
    public required double ValidationShare { get; init; }
    public required string? ValidationPath { get; init; }

    /// <summary>Whether the two above were asked for; else leave-one-out may take their place.</summary>
    public required bool ValidationIsGiven { get; init; }

    /// <summary>Whether the number of steps was asked for; else mini-batches take whole epochs.</summary>
    public required bool StepsAreGiven { get; init; }
    public required string? Test { get; init; }

    /// <summary>A model to train on; then <see cref="Shape"/> does not count.</summary>
    public required string? From { get; init; }
    public required NetworkShape Shape { get; init; }

    /// <summary>Whether the hidden layers, their densities and the steps that were not asked for follow from the rows.</summary>
    public bool ChoosesShape { get; init; }

    /// <summary>Whether the densities alone follow from the rows.</summary>
    public bool ChoosesDensity { get; init; }

    /// <summary>What followed from the rows, and why; null for nothing.</summary>
    public string? Choice { get; private init; }
    public required ulong Seed { get; init; }
    public required KernelSet Kernels { get; init; }
    public required GaussNewtonOptions Options { get; init; }

    /// <summary>Where the result goes: the model, or what was changed in <see cref="From"/> if that is to be kept apart.</summary>
    public required string Out { get; init; }

    /// <summary>Whether only the change is saved.</summary>
    public bool KeepsDelta { get; init; }

    /// <summary>Whether the weights of <see cref="From"/> are mapped and shared.</summary>
    public bool SharesBase { get; init; }
    public required string? Log { get; init; }
    public required string? Plot { get; init; }
    public required bool Quiet { get; init; }

    /// <summary>The request with whole epochs of mini-batches, once the rows are known.</summary>
    public TrainRequest WithSteps(int rows)
    {
        int perEpoch = StepsOfEpoch(rows), epochs = Math.Max(1, (Options.Steps + perEpoch - 1) / perEpoch);
        return perEpoch == 1 || StepsAreGiven ? this : this with { Options = Options with { Steps = epochs * perEpoch } };
    }

    /// <summary>Mini-batches of a pass over the rows; 1 when all rows are one step.</summary>
    public int StepsOfEpoch(int rows) => Options.Batch == 0 ? 1 : (int)(((long)rows + Options.Batch - 1) / Options.Batch);

    /// <summary>The request with all that follows from the rows to train on.</summary>
    public TrainRequest For(Dataset training)
    {
        if (!ChoosesShape && !ChoosesDensity)
            return this;
        NetworkDefaults chosen = NetworkDefaults.For(training.Count, training.InputWidth);
        int layers = ChoosesShape ? chosen.Layers : Shape.Hidden.Count;
        double[] densities = chosen.DensitiesFor(layers);
        TrainRequest request = this with
        {
            Shape = Shape with
            {
                Hidden = ChoosesShape ? [.. Enumerable.Repeat(TrainDefaults.Width, layers)] : Shape.Hidden,
                Densities = densities,
            },
            Choice = $"density {Words.List(densities)} for {training.Count} rows of {training.InputWidth} features, " +
                $"because {chosen.Because}",
        };
        return !ChoosesShape ? request : request with
        {
            Options = Options with { Steps = StepsAreGiven || Options.Batch > 0 ? Options.Steps : chosen.Steps },
            Choice = $"{layers} hidden layer{(layers == 1 ? "" : "s")}, {request.Choice} " +
                "(--hidden, --width and --density decide otherwise)",
        };
    }
}

namespace Subquad.Cli;

/// <summary>The rows of one run: to train on, to stop by, and to judge by.</summary>
internal sealed record TrainingData(Dataset Training, Dataset? Validation, Dataset? Test)
{
    /// <summary>What was noticed while the rows were read.</summary>
    public IEnumerable<string> Notes => new[] { Training, Validation, Test }.SelectMany(rows => rows?.Notes ?? []).Distinct();

    /// <summary>Reads what the request names; a model to train on reads tables as its own was read.</summary>
    public static TrainingData Read(TrainRequest request, Network? network)
    {
        Dataset all = request.Data is not { } path ? Sample.Training()
            : request.Features is { } width ? Dataset.ReadLibsvm(path, width, request.Csv.Task)
            : network is null ? Dataset.Read(path, request.Csv, request.Labels)
            : network.Read(path, request.Labels, train: true);
        Dataset training = all;
        if (request.Samples is { } samples)
            training = samples <= all.Count ? (request.TakesFirst ? all.First(samples) : all.Sample(samples, request.Seed))
                : throw new InvalidDataException($"--samples: expected at most {all.Count} rows, found {samples}");

        Dataset? validation = request.ValidationPath is { } file ? Other(file) : null;
        // One row cannot be divided: it is trained on, and nothing stops the training early.
        bool needsNone = !request.ValidationIsGiven && GaussNewtonTrainer.LeavesOneOut(request.Options, training.Count, network);
        if (validation is null && request.ValidationShare > 0 && training.Count > 1 && !needsNone)
            (training, validation) = training.Split(request.ValidationShare, request.Seed);
        // A model that knows its classes may be trained on with rows of one of them.
        if (network is null)
            RequireClasses(training, "the rows to train on");
        if (network is null && request.ValidationPath is { } validated)
            RequireClasses(validation!, $"'{validated}'");
        return new(training, validation, Test());

        Dataset? Test()
        {
            if (request.Test is { } test)
                return Other(test);
            if (request.Data is null)
                return Sample.Test();
            return DataFile.HasTestImages(request.Data) ? Other(request.Data) : null;
        }

        Dataset Other(string path)
        {
            Dataset other = network is null ? all.ReadLike(path) : network.Read(path);
            return other.Task != TaskKind.None ? other
                : throw new InvalidDataException($"'{path}': expected the target column, found none");
        }
    }

    /// <summary>Refuses rows of one class, which any network names without a mistake.</summary>
    private static void RequireClasses(Dataset rows, string name)
    {
        if (rows.Task != TaskKind.Classification || rows.ClassCounts.Count(count => count > 0) >= 2)
            return;
        int only = rows.ClassCounts.ToList().FindIndex(count => count > 0);
        throw new InvalidDataException($"{name}: expected at least 2 classes, found '{rows.ClassNames[only]}' only");
    }
}

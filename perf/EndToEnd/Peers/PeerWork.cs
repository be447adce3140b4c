using System.Globalization;
using Subquad.Perf.Reports;
using Subquad.Perf.EndToEnd.Runs;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>
/// What a child process can be asked for, by name; the arguments are the numbers of a case, then the folder of data where one is needed.
/// </summary>
static class PeerWork
{
    public static IEnumerable<Row> Run(string work, string[] arguments)
    {
        switch (work)
        {
            case "libtorch":
                LibtorchLoader.Prepare();
                return [DensePeer.Run(Dense(arguments))];
            case "openblas":
                return OpenBlas.Run(Dense(arguments)) is { } row ? [row] : [];
            case "nanoflann":
                return NanoflannPeer.Run(Search(arguments)) is { } nearest ? [nearest] : [];
            case "adam":
                LibtorchLoader.Prepare();
                return AdamPeer.Run(Training(arguments), Folder(arguments));
            case "subquad":
                return FashionTraining.Run(Training(arguments), Folder(arguments));
            case "scaling":
                return ScalingTraining.Run(ScalingCase.Parse(arguments), images: null);
            case "scaling-images":
                return ScalingTraining.Run(ScalingCase.Parse(arguments), Folder(arguments));
            case "dense-step":
                LibtorchLoader.Prepare();
                return DenseStep.Run(ScalingCase.Parse(arguments));
            case "to-loss":
                return ToLossTraining.Run(ToLossCase.Parse(arguments), Folder(arguments));
            case "adam-to-loss":
                LibtorchLoader.Prepare();
                return AdamPeer.RunToLoss(ToLossCase.Parse(arguments), Folder(arguments));
            default:
                throw new InvalidOperationException($"a child process knows no work named '{work}'");
        }
    }

    static DenseCase Dense(string[] arguments) =>
        Numbers(arguments) is [var width, var batch, var threads, var repeats] ? new((int)width, (int)batch, (int)threads, (int)repeats) : throw Incomplete();

    static SearchCase Search(string[] arguments) =>
        Numbers(arguments) is [var rows, var dimension, var clustered, var repeats] ? new((int)rows, (int)dimension, Clustered: clustered != 0, (int)repeats) : throw Incomplete();

    static TrainingCase Training(string[] arguments) =>
        Numbers(arguments) is [var width, var layers, var density, var seconds] ? new((int)width, (int)layers, density, seconds) : throw Incomplete();

    static InvalidOperationException Incomplete() => new("a case has four numbers");

    static DirectoryInfo Folder(string[] arguments) => new(arguments[^1]);

    static double[] Numbers(string[] arguments) => [.. arguments.Take(4).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
}

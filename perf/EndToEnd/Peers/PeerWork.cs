using System.Globalization;
using Subquad.Perf.EndToEnd.Results;
using Subquad.Perf.EndToEnd.Runs;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>What a child process can be asked for, by name; the arguments are the four numbers of a case, then the folder of data.</summary>
static class PeerWork
{
    public static IEnumerable<Row> Run(string work, string[] arguments)
    {
        double[] numbers = [.. arguments.Take(4).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        switch (work)
        {
            case "libtorch":
                LibtorchLoader.Prepare();
                return [DensePeer.Run(Dense(numbers))];
            case "openblas":
                return OpenBlas.Run(Dense(numbers)) is { } row ? [row] : [];
            case "nanoflann":
                return NanoflannPeer.Run(Search(numbers)) is { } nearest ? [nearest] : [];
            case "adam":
                LibtorchLoader.Prepare();
                return AdamPeer.Run(Training(numbers), new DirectoryInfo(arguments[^1]));
            case "subquad":
                return FashionTraining.Run(Training(numbers), new DirectoryInfo(arguments[^1]));
            default:
                throw new InvalidOperationException($"a child process knows libtorch, openblas, nanoflann, adam and subquad, not '{work}'");
        }
    }

    static DenseCase Dense(double[] numbers) => new((int)numbers[0], (int)numbers[1], (int)numbers[2], (int)numbers[3]);

    static SearchCase Search(double[] numbers) => new((int)numbers[0], (int)numbers[1], Clustered: numbers[2] != 0, (int)numbers[3]);

    static TrainingCase Training(double[] numbers) => new((int)numbers[0], (int)numbers[1], numbers[2], numbers[3]);
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using Subquad.Perf.EndToEnd.Runs;

namespace Subquad.Perf.EndToEnd;

/// <summary>The command line. A run with the default cases also renews perf/results.</summary>
static partial class Commands
{
    public static Command Kernels()
    {
        Option<FileInfo> json = JsonFile();
        Option<int[]> widths = List("--m", "Widths of the layer.", 8_192, 16_384), batches = List("--batch", "Data in the batch.", 128, 512);
        Option<double[]> densities = List("--density", "Shares of neurons that fire.", 0.05, 0.024, 0.01);
        Option<int[]> threads = List("--threads", "Numbers of threads.", 1, 2);
        Option<int> repeats = Positive("--repeats", "Repeats of which the median counts.", 5);
        Option<bool> noPeer = NoPeer();
        var command = new Command("kernels", "Times forward, pull-back and scatter of one layer beside a dense sgemm doing the dense layer's work.")
        {
            json, widths, batches, densities, threads, repeats, noPeer,
        };
        command.SetAction(parsed => new KernelsRun
        {
            Widths = parsed.GetValue(widths)!,
            Batches = parsed.GetValue(batches)!,
            Densities = parsed.GetValue(densities)!,
            Threads = parsed.GetValue(threads)!,
            Repeats = parsed.GetValue(repeats),
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, widths, batches, densities, threads, noPeer)));
        return command;
    }

    public static Command Contraction()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("contraction", "Shows how fast undamped Gauss-Newton steps shrink the residual on random data.") { json };
        command.SetAction(parsed => ContractionRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }

    public static Command Fashion()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = Data();
        Option<double> limit = Positive("--limit", "Seconds of training after which a row stops.", 120.0);
        Option<int[]> widths = List("--widths", "Widths of the hidden layers.", 2_048, 4_096, 8_192, 16_384), layers = List("--layers", "Numbers of hidden layers.", 1, 2);
        Option<double[]> densities = List("--density", "Shares of neurons that fire; 0.5 is plain ReLU.", 0.03, 0.1, 0.5);
        Option<bool> noPeer = NoPeer(), resume = new("--resume") { Description = "Keep the cases that the JSON file already holds, measured on this machine." };
        var command = new Command("fashion", "Trains on 4,000 Fashion-MNIST images beside the same network trained by Adam in libtorch.")
        {
            json, data, limit, widths, layers, densities, noPeer, resume,
        };
        command.SetAction(parsed => new FashionRun
        {
            Json = parsed.GetValue(json)!,
            Earlier = parsed.GetValue(resume) && parsed.GetValue(json)!.Exists ? Subquad.Perf.Reports.Json.Read(File.ReadAllText(parsed.GetValue(json)!.FullName)) : [],
            Data = parsed.GetValue(data)!,
            Seconds = parsed.GetValue(limit),
            Widths = parsed.GetValue(widths)!,
            Layers = parsed.GetValue(layers)!,
            Densities = parsed.GetValue(densities)!,
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, limit, widths, layers, densities, noPeer)));
        return command;
    }

    public static Command Predict()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("predict", "Times the prediction of a single row.") { json };
        command.SetAction(parsed => PredictRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }

    public static Command Train()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("train", "Runs the default training of the command for three seeds on every kernel set.") { json };
        command.SetAction(parsed => TrainRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }

    public static Command Startup()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> starts = Positive("--starts", "Starts of which the median counts.", 31), trainings = Positive("--trainings", "Trainings of which the median counts.", 3);
        var command = new Command("startup", "Publishes the command in every way and measures its start, the default training and its size.") { json, starts, trainings };
        command.SetAction(parsed => new StartupRun
        {
            Starts = parsed.GetValue(starts),
            Trainings = parsed.GetValue(trainings),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, starts, trainings)));
        return command;
    }

    public static Command Search()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> rows = Positive("--rows", "Rows to search.", 1_000_000), repeats = Positive("--repeats", "Repeats of each query, of which the median counts.", 9);
        Option<bool> noPeer = new("--no-peer") { Description = "Measure Subquad alone: nanoflann is neither compiled nor run." };
        var command = new Command("search", "Times half-space reports and nearest neighbours beside a scan, and beside nanoflann.") { json, rows, repeats, noPeer };
        command.SetAction(parsed => new SearchRun
        {
            Rows = parsed.GetValue(rows),
            Repeats = parsed.GetValue(repeats),
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, rows, noPeer)));
        return command;
    }

    public static Command Readme()
    {
        var command = new Command("readme", "Renews the tables between the markers of README.md from the published results of this machine.");
        command.SetAction(_ =>
        {
            string repository = Report.Repository() ?? throw new InvalidOperationException("this program does not run from a build inside the repository");
            foreach (string line in Subquad.Perf.Reports.Readme.Renew(repository))
                Console.WriteLine(line);
        });
        return command;
    }

    /// <summary>What this program starts itself with: see <see cref="PeerProcess"/>.</summary>
    public static Command Peer()
    {
        Argument<string> work = new("work");
        Argument<string[]> arguments = new("arguments");
        var command = new Command("peer", "One measurement in a process of its own; prints its rows.") { work, arguments };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            IEnumerable<Row> rows = PeerWork.Run(parsed.GetValue(work)!, parsed.GetValue(arguments)!);
            using Stream output = Console.OpenStandardOutput();
            Json.Write(output, rows);
        });
        return command;
    }

    static bool AreDefaults(ParseResult parsed, params Option[] options) => options.All(option => parsed.GetResult(option) is null or { Implicit: true });

    static Option<FileInfo> JsonFile() => new("--json") { Description = "File to write; the tables go to the same name with .md.", Required = true };

    static Option<bool> NoPeer() => new("--no-peer") { Description = "Measure Subquad alone: no library of libtorch or OpenBLAS is loaded." };

    static Option<DirectoryInfo> Data()
    {
        var option = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with the four Fashion-MNIST files (.gz). Default: fashion-mnist in the folder that SUBQUAD_DATA names.",
            DefaultValueFactory = _ => new(Path.Combine(Environment.GetEnvironmentVariable("SUBQUAD_DATA") ?? "data", "fashion-mnist")),
        };
        option.Validators.Add(result =>
        {
            DirectoryInfo folder = result.GetValueOrDefault<DirectoryInfo>();
            if (!File.Exists(Path.Combine(folder.FullName, "train-images-idx3-ubyte.gz")))
                result.AddError($"{folder.FullName} holds no Fashion-MNIST (train-images-idx3-ubyte.gz); name its folder with --data, or set SUBQUAD_DATA to the folder above it");
        });
        return option;
    }

    static Option<T> Positive<T>(string name, string description, T byDefault) where T : struct, INumber<T>
    {
        return new Option<T>(name) { Description = description, DefaultValueFactory = _ => byDefault, CustomParser = Parse };

        T Parse(ArgumentResult result) => ParsePositive<T>(name, result.Tokens[0].Value, result) ?? byDefault;
    }

    /// <summary>An option whose values are given as 1,2,3.</summary>
    static Option<T[]> List<T>(string name, string description, params T[] defaults) where T : struct, INumber<T>
    {
        return new Option<T[]>(name) { Description = description, DefaultValueFactory = _ => defaults, CustomParser = Parse };

        T[] Parse(ArgumentResult result)
        {
            IEnumerable<string> texts = result.Tokens.SelectMany(token => token.Value.Split(','));
            return [.. texts.Select(text => ParsePositive<T>(name, text, result)).OfType<T>()];
        }
    }

    static T? ParsePositive<T>(string name, string text, ArgumentResult result) where T : struct, INumber<T>
    {
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value > T.Zero)
            return value;
        result.AddError($"{name} takes positive numbers; '{text}' is none");
        return null;
    }
}

// Trains on a package that came from a feed, and insists that the C core came with it. The argument is the folder that packages were
// restored to.
using System.Diagnostics;
using Subquad;
using Subquad.Simd.Dispatch;

var random = new Random(1);
var inputs = new float[300 * 3];
var labels = new int[300];
for (int row = 0; row < labels.Length; row++)
{
    (float x, float y) = (2 * random.NextSingle() - 1, 2 * random.NextSingle() - 1);
    (inputs[3 * row], inputs[3 * row + 1], inputs[3 * row + 2]) = (x, y, 1);
    labels[row] = x * x + y * y < 0.5f ? 0 : 1;
}

string[] sets = [.. KernelSets.Available.Select(set => set.Name)];
Console.WriteLine($"kernel sets: {string.Join(", ", sets)}");
Require(sets.Any(name => name.StartsWith("native-", StringComparison.Ordinal)), "no native kernel set: the C core was not found");
string core = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.FileName)
    .Single(name => Path.GetFileName(name).Contains("subquad_core", StringComparison.Ordinal));
Console.WriteLine($"C core: {core}");
Require(core.StartsWith(Path.GetFullPath(args[0]), StringComparison.Ordinal)
    || core.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal), "the C core came from elsewhere");
Require(
    typeof(Network).Assembly.Location.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal), "the library came from elsewhere");

foreach (string kernels in new[] { KernelSets.Best.Name, "native" })
{
    Dataset data = Dataset.From(inputs, 3, labels);
    using Network network =
        Network.Create(new NetworkShape { Hidden = [256], Densities = [0.1] }, data, seed: 1, KernelSets.ByName(kernels));
    using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions { Steps = 10 });
    TrainingResult result = trainer.Fit(network, data);
    Console.WriteLine($"{network.Kernels.Name}: {result.TrainMetric:P1} after {result.Steps} steps");
    Require(result.TrainMetric > 0.95, "it has not learned");
}
Console.WriteLine($"consumed: Subquad {typeof(Network).Assembly.GetName().Version}");
return;

static void Require(bool holds, string otherwise)
{
    if (!holds)
        throw new InvalidOperationException(otherwise);
}

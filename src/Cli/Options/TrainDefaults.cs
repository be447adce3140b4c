namespace Subquad.Cli;

/// <summary>What <c>train</c> does when nothing else is said: tuned on the embedded sample, on two cores.</summary>
internal static class TrainDefaults
{
    public const int Width = 4096;
    public const int HiddenLayers = 2;
    public const double Validation = 0.1;
    public const int Steps = 10;

    /// <summary>Steps on the embedded sample: the plain C# kernels, too, then finish within a minute on two cores.</summary>
    public const int SampleSteps = 3;
    public const ulong Seed = 1;
    public const string Model = "subquad-model.safetensors";
    public const string Delta = "subquad-delta.safetensors";
    public const string Plot = "subquad-curve.png";

    /// <summary>The first layer sees dense inputs and keeps more of them; every later layer fires sparsely.</summary>
    public static double[] Densities(int layers) => [.. Enumerable.Range(0, layers).Select(layer => layer == 0 && layers > 1 ? 0.2 : 0.1)];
}

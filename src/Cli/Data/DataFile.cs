namespace Subquad.Cli;

/// <summary>What a DATA path has beside the data to train on.</summary>
internal static class DataFile
{
    /// <summary>Whether it is a folder with the test images of the MNIST family.</summary>
    public static bool HasTestImages(string path) =>
        new[] { "t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte" }
            .SelectMany(name => new[] { name, $"{name}.gz" }).Any(name => File.Exists(Path.Combine(path, name)));
}

using System.CommandLine;

namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>Where runs look for the files of Fashion-MNIST.</summary>
static class ImageOptions
{
    /// <summary>The folder fashion-mnist in the folder that SUBQUAD_DATA names.</summary>
    public static DirectoryInfo DefaultFolder =>
        new(Path.Combine(Environment.GetEnvironmentVariable("SUBQUAD_DATA") ?? "data", "fashion-mnist"));

    public static Option<DirectoryInfo> Folder()
    {
        const string file = "train-images-idx3-ubyte.gz";
        var option = new Option<DirectoryInfo>("--data")
        {
            Description =
                "Folder with the four Fashion-MNIST files (.gz). Default: fashion-mnist in the folder that SUBQUAD_DATA names.",
            DefaultValueFactory = _ => DefaultFolder,
        };
        option.Validators.Add(result =>
        {
            string folder = result.GetValueOrDefault<DirectoryInfo>().FullName;
            if (!File.Exists(Path.Combine(folder, file)))
                result.AddError(
                    $"{folder} holds no Fashion-MNIST ({file}); name its folder with --data, or set SUBQUAD_DATA to the folder above it");
        });
        return option;
    }
}

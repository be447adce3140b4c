namespace Subquad.Cli;

/// <summary>The embedded part of Fashion-MNIST: the first 4,000 training and the first 2,000 test images.</summary>
internal static class Sample
{
    private static readonly string[] s_classNames =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    public static Dataset Training() => Read("train");

    public static Dataset Test() => Read("test");

    private static Dataset Read(string part)
    {
        using Stream images = Open($"fashion-mnist-{part}-images.idx.gz");
        using Stream labels = Open($"fashion-mnist-{part}-labels.idx.gz");
        return Dataset.ReadIdx(images, labels, s_classNames);
    }

    private static Stream Open(string name) =>
        typeof(Sample).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks its resource {name}");
}

using Subquad.Perf.Reports;
using Subquad.Simd;

namespace Subquad.Perf.EndToEnd.BFloat16;

/// <summary>
/// The model that `train` without arguments makes, and its predictions of the embedded test images with hidden weights of both formats.
/// </summary>
static class BFloat16Model
{
    public static IEnumerable<Row> Run(IEnumerable<KernelSet> sets)
    {
        string repository = Report.RequireRepository();
        string folder = Directory.CreateTempSubdirectory("subquad-bfloat16").FullName;
        try
        {
            string model = Path.Combine(folder, "model.safetensors"), sample = Path.Combine(repository, "src", "Cli", "Sample");
            string project = Path.Combine(repository, "src", "Cli");
            ChildProgram.Run(
                folder, "dotnet", "run", "-c", "Release", "--project", project, "--", "train", "--out", model, "--no-plot");
            Dataset test = Dataset.ReadIdx(
                Path.Combine(sample, "fashion-mnist-test-images.idx.gz"), Path.Combine(sample, "fashion-mnist-test-labels.idx.gz"));
            foreach (KernelSet kernels in sets)
            {
                (EvaluationResult single, float[] expected, long singleBytes) = Predict(model, kernels, WeightFormat.Float32, test);
                (EvaluationResult narrow, float[] found, long narrowBytes) = Predict(model, kernels, WeightFormat.BFloat16, test);
                int outputs = found.Length / test.Count;
                int changed = Enumerable.Range(0, test.Count).Count(row => Best(found, row, outputs) != Best(expected, row, outputs));
                yield return new Row
                {
                    { "kind", "bfloat16" },
                    { "name", "sample" },
                    { "n", test.Count },
                    { "kernels", kernels.Name },
                    { "test_accuracy", narrow.Metric },
                    { "float32_test_accuracy", single.Metric },
                    { "test_loss", narrow.Loss },
                    { "float32_test_loss", single.Loss },
                    { "largest_score_difference", found.Zip(expected, (a, b) => (double)Math.Abs(a - b)).Max() },
                    { "changed_predictions", changed },
                    { "weight_bytes", narrowBytes },
                    { "float32_weight_bytes", singleBytes },
                };
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static (EvaluationResult Result, float[] Scores, long Bytes) Predict(string model, KernelSet kernels, WeightFormat format, Dataset test)
    {
        using Network network = Network.Load(model, kernels, weights: format);
        var scores = new float[test.Count * network.OutputCount];
        network.PredictAll(test, scores);
        return (network.Evaluate(test), scores, network.WeightBytes);
    }

    /// <summary>The class with the highest score in a row.</summary>
    static int Best(float[] scores, int row, int outputs)
    {
        int best = 0;
        for (int c = 1; c < outputs; c++)
            if (scores[row * outputs + c] > scores[row * outputs + best])
                best = c;
        return best;
    }
}

using Subquad.Simd;

namespace Subquad.Cli;

/// <summary>Opens the model that a command line means.</summary>
internal static class ModelFile
{
    /// <summary>The model, or a fine-tune of it.</summary>
    /// <param name="path">The model.</param>
    /// <param name="delta">What was changed in it; null for the model itself.</param>
    /// <param name="shares">Whether its weights are mapped from the file beside it, which is written when it is missing or of other
    /// weights.</param>
    /// <param name="kernels">Default: the best.</param>
    /// <param name="weights">How its hidden weights lie in memory.</param>
    public static Network Load(
        string path, string? delta, bool shares = false, KernelSet? kernels = null, WeightFormat weights = WeightFormat.Float32)
    {
        if (delta is not null)
            Grammar.ExistingFile(delta, "--delta");
        if (shares && !Network.HasPanels(path))
            using (Network model = Network.Load(path, kernels))
                model.SavePanels(path);
        Network network = Network.Load(path, kernels, shares, weights);
        try
        {
            if (delta is not null)
                network.ApplyDelta(delta);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}

using Subquad.IO;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>Whether the hidden weights are pages of a file that every process shares, see <see cref="Load"/>; they are never written.</summary>
    public bool SharesBase => Layers.Hidden[0].Weights.IsReadOnly;

    /// <summary>The SHA-256 of the data of the model file that the weights were read from or last saved to; null before that.</summary>
    internal string? BaseHash { get; private set; }

    /// <summary>Writes the hidden weights of a model in the order of memory to a file beside it, MODEL.panels, from which <see cref="Load"/> can share them. About as large as the model; written anew
    /// whenever the model is.</summary>
    /// <param name="modelPath">The model file; this network must have been loaded from it or saved to it, and hold the same weights still.</param>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">The model holds other weights.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePanels(string modelPath)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Layers.Settle();
        string own = SafetensorsWriter.HashOf(Tensors()), saved;
        using (SafetensorsFile model = SafetensorsFile.Open(modelPath))
            saved = model.HashData();
        if (saved != own)
            throw new InvalidDataException($"'{modelPath}': expected a model with the weights of this network (SHA-256 {own}), found others ({saved}); save the network there first");
        PanelsFile.Write(modelPath, own, [.. Layers.Hidden.Select(layer => layer.Weights)]);
    }
}

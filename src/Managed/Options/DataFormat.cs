namespace Subquad;

/// <summary>The formats of data, see <see cref="Dataset.FormatOf"/>.</summary>
public enum DataFormat
{
    /// <summary>A table with a header.</summary>
    Csv,

    /// <summary>LIBSVM or extreme-classification text.</summary>
    Libsvm,

    /// <summary>Images of the MNIST family: an IDX file, or a folder with the MNIST file names.</summary>
    Idx,

    /// <summary>Rows that <see cref="Dataset.SavePacked(string)"/> or <c>subquad pack</c> wrote.</summary>
    Packed,
}

namespace Subquad.Data;

/// <summary>Where a training takes its rows from: epoch by epoch, every row once an epoch.</summary>
internal interface IBatchSource
{
    /// <summary>The rows, when an epoch is one batch that never changes; null when an epoch comes in several.</summary>
    RowBatch? Whole { get; }

    /// <summary>The batches of an epoch, at least one; the same number gives the same batches.</summary>
    /// <param name="epoch">The number of the epoch, from 0.</param>
    IEnumerable<EpochBatch> Epoch(int epoch);
}

/// <summary>A batch of an epoch.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="IsLast">Whether the epoch ends with it.</param>
internal readonly record struct EpochBatch(RowBatch Rows, bool IsLast);

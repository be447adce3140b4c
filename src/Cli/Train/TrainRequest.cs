using Subquad.Simd;

namespace Subquad.Cli;

/// <summary>What a <c>train</c> command line asks for; every path and combination is already checked.</summary>
internal sealed record TrainRequest
{
    /// <summary>Null: the embedded sample.</summary>
    public required string? Data { get; init; }
    public required string? Labels { get; init; }
    public required CsvOptions Csv { get; init; }
    public required int? Samples { get; init; }
    public required double ValidationShare { get; init; }
    public required string? ValidationPath { get; init; }
    public required string? Test { get; init; }

    /// <summary>A model to train on; then <see cref="Shape"/> does not count.</summary>
    public required string? From { get; init; }
    public required NetworkShape Shape { get; init; }
    public required ulong Seed { get; init; }
    public required KernelSet Kernels { get; init; }
    public required GaussNewtonOptions Options { get; init; }

    public required string Out { get; init; }
    public required string? Log { get; init; }
    public required string? Plot { get; init; }
    public required bool Quiet { get; init; }
}

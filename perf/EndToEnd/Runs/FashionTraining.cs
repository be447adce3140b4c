using Subquad.Perf.EndToEnd.Results;

namespace Subquad.Perf.EndToEnd.Runs;

/// <summary>Subquad's side of the fashion run, in a process of its own like its peer: a row per step with the fields that AdamPeer gives.</summary>
static class FashionTraining
{
    public static List<Row> Run(TrainingCase run, DirectoryInfo data) => throw new NotImplementedException($"waits for the trainer ({run}, {data})");
}

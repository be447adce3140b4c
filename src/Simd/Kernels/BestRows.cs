namespace Subquad.Simd.Kernels;

/// <summary>
/// The k rows of least score so far: a binary heap with the worst of them on top. Of equal scores the smaller id is better.
/// </summary>
internal unsafe struct BestRows(int* ids, float* scores, int k)
{
    /// <summary>Rows held.</summary>
    public int Count { get; private set; }

    /// <summary>The score that a row must not exceed to be of interest; infinity while there are fewer than k.</summary>
    public float Worst { get; private set; } = float.PositiveInfinity;

    /// <summary>The next number above <see cref="Worst"/>: what a row's score must be below.</summary>
    public float Limit { get; private set; } = float.PositiveInfinity;

    /// <summary>Forgets all rows.</summary>
    public void Clear() => (Count, Worst, Limit) = (0, float.PositiveInfinity, float.PositiveInfinity);

    /// <summary>Takes the row if it is one of the k best.</summary>
    public void Offer(float score, int id)
    {
        if (Count < k)
        {
            int place = Count++;
            for (; place > 0 && Better(scores[(place - 1) / 2], ids[(place - 1) / 2], score, id); place = (place - 1) / 2)
                (scores[place], ids[place]) = (scores[(place - 1) / 2], ids[(place - 1) / 2]);
            (scores[place], ids[place]) = (score, id);
        }
        else if (k > 0 && Better(score, id, scores[0], ids[0]))
        {
            SiftDown(score, id, k);
        }
        if (Count == k && k > 0)
            (Worst, Limit) = (scores[0], MathF.BitIncrement(scores[0]));
    }

    /// <summary>Turns the heap into a list, the best row first.</summary>
    public readonly void Sort()
    {
        for (int length = Count - 1; length > 0; length--)
        {
            (float score, int id) = (scores[length], ids[length]);
            (scores[length], ids[length]) = (scores[0], ids[0]);
            SiftDown(score, id, length);
        }
    }

    private readonly void SiftDown(float score, int id, int length)
    {
        int place = 0;
        while (2 * place + 1 < length)
        {
            int child = 2 * place + 1;
            if (child + 1 < length && Better(scores[child], ids[child], scores[child + 1], ids[child + 1]))
                child++;
            if (!Better(score, id, scores[child], ids[child]))
                break;
            (scores[place], ids[place]) = (scores[child], ids[child]);
            place = child;
        }
        (scores[place], ids[place]) = (score, id);
    }

    private static bool Better(float score, int id, float thanScore, int thanId) =>
        score < thanScore || (score == thanScore && id < thanId);
}

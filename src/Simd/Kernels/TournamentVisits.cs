using System.Numerics;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>What a descent does with the leaves it reaches: the only difference between the queries of a tournament.</summary>
internal unsafe interface ITournamentVisit
{
    /// <summary>Keys must be strictly greater than this; it may rise during the descent.</summary>
    float Threshold { get; }

    /// <summary>
    /// Takes leaves first + i whose bit i is set, ids ascending from call to call; their keys are at <paramref name="keys"/>.
    /// </summary>
    void Take(int first, uint bits, float* keys);
}

/// <summary>Writes ids one after another.</summary>
internal unsafe struct IdsVisit(float threshold, int* next) : ITournamentVisit
{
    public int* Next = next;

    public readonly float Threshold => threshold;

    public void Take(int first, uint bits, float* keys)
    {
        for (; bits != 0; bits &= bits - 1)
            *Next++ = first + BitOperations.TrailingZeroCount(bits);
    }
}

/// <summary>Adds up the positive keys of each block of an active batch, one place late.</summary>
/// <param name="counts">The count of the datum's first block.</param>
/// <param name="stride">Data of the batch.</param>
internal readonly unsafe struct CountVisit(long* counts, int stride) : ITournamentVisit
{
    public float Threshold => 0f;

    // A node lies in one block, for blocks are whole nodes.
    public void Take(int first, uint bits, float* keys) =>
        counts[(long)(first / ActiveBatch.BlockSize) * stride] += BitOperations.PopCount(bits);
}

/// <summary>Writes offsets and gain * key of the positive keys into one datum's runs.</summary>
internal unsafe struct CompressVisit(ActiveView lists, int datum, float gain) : ITournamentVisit
{
    private int _block = -1;
    private long _next;

    public readonly float Threshold => 0f;

    public void Take(int first, uint bits, float* keys)
    {
        int block = first / ActiveBatch.BlockSize;
        if (block != _block)
            _next = lists.Starts[(long)block * lists.Count + datum];
        _block = block;
        int offset = first % ActiveBatch.BlockSize;
        for (; bits != 0; bits &= bits - 1, _next++)
        {
            int lane = BitOperations.TrailingZeroCount(bits);
            lists.Offsets[_next] = (ushort)(offset + lane);
            lists.Values[_next] = gain * keys[lane];
        }
    }
}

/// <summary>
/// Keeps the k best in a heap of ids, the worst on top. Ids come ascending, so an equal key that comes later is worse and need not be
/// looked at.
/// </summary>
/// <param name="elements">The keys.</param>
/// <param name="heap">Room for k ids.</param>
/// <param name="k">1 or more.</param>
/// <param name="least">What every one of the k best is known to exceed.</param>
internal unsafe struct TopVisit(float* elements, int* heap, int k, float least) : ITournamentVisit
{
    public int Count;

    public readonly float Threshold => Count < k ? least : Worst;

    /// <summary>The smallest element kept, of at least one.</summary>
    public readonly float Worst => elements[heap[0]];

    public void Take(int first, uint bits, float* keys)
    {
        for (; bits != 0; bits &= bits - 1)
        {
            int lane = BitOperations.TrailingZeroCount(bits);
            if (!(keys[lane] > Threshold))
                continue;
            if (Count < k)
                Rise(Count++, first + lane);
            else
                Sink(0, first + lane, k);
        }
    }

    /// <summary>Turns the heap into a list, the best first; returns its length.</summary>
    public readonly int Sort()
    {
        for (int last = Count - 1; last > 0; last--)
        {
            int id = heap[last];
            heap[last] = heap[0];
            Sink(0, id, last);
        }
        return Count;
    }

    private readonly bool IsWorse(int a, int b) => elements[a] < elements[b] || (elements[a] == elements[b] && a > b);

    private readonly void Rise(int place, int id)
    {
        for (; place > 0 && IsWorse(id, heap[(place - 1) / 2]); place = (place - 1) / 2)
            heap[place] = heap[(place - 1) / 2];
        heap[place] = id;
    }

    private readonly void Sink(int place, int id, int count)
    {
        for (int child = 2 * place + 1; child < count; child = 2 * place + 1)
        {
            if (child + 1 < count && IsWorse(heap[child + 1], heap[child]))
                child++;
            if (!IsWorse(heap[child], id))
                break;
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = id;
    }
}

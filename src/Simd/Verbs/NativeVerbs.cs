namespace Subquad.Simd;

/// <summary>A set of <see cref="NativeVerb"/>, of any number of them.</summary>
internal sealed class NativeVerbs
{
    private const int BitsOfWord = 64;

    private readonly ulong[] _words;
    private readonly bool _hasRest;

    private NativeVerbs(ulong[] words, bool hasRest)
    {
        _words = words;
        _hasRest = hasRest;
    }

    /// <summary>Every verb.</summary>
    public static NativeVerbs All { get; } = AllBut();

    /// <summary>No verb.</summary>
    public static NativeVerbs None { get; } = Of();

    /// <summary>Whether there is no verb in it.</summary>
    public bool IsEmpty => !_hasRest && !_words.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>These verbs.</summary>
    public static NativeVerbs Of(params ReadOnlySpan<NativeVerb> verbs)
    {
        ulong[] words = WordsFor(verbs);
        foreach (NativeVerb verb in verbs)
            words[(int)verb / BitsOfWord] |= 1UL << (int)verb;
        return new(words, hasRest: false);
    }

    /// <summary>All verbs but these.</summary>
    public static NativeVerbs AllBut(params ReadOnlySpan<NativeVerb> verbs)
    {
        ulong[] words = WordsFor(verbs);
        words.AsSpan().Fill(ulong.MaxValue);
        foreach (NativeVerb verb in verbs)
            words[(int)verb / BitsOfWord] &= ~(1UL << (int)verb);
        return new(words, hasRest: true);
    }

    /// <summary>Whether a verb is in it. Verbs after the last word are all in it, or none of them is.</summary>
    public bool Contains(NativeVerb verb)
    {
        // A shift takes the low six bits of its count, so it needs no remainder.
        ulong[] words = _words;
        uint word = (uint)verb / BitsOfWord;
        return word < (uint)words.Length ? (words[word] >> (int)verb & 1) != 0 : _hasRest;
    }

    private static ulong[] WordsFor(ReadOnlySpan<NativeVerb> verbs)
    {
        int words = 0;
        foreach (NativeVerb verb in verbs)
            words = Math.Max(words, (int)verb / BitsOfWord + 1);
        return new ulong[words];
    }
}

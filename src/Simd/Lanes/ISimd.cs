namespace Subquad.Simd.Lanes;

/// <summary>
/// What a vector of float32 can do on one instruction set, one verb per idea. Implementations are empty structs over the raw vector type,
/// so that a kernel generic in <c>&lt;TSimd, TVec&gt;</c> compiles to the same instructions as one written by hand for that width.
/// </summary>
/// <typeparam name="TVec">The raw vector type; always float lanes. Integer work hides inside verbs.</typeparam>
internal unsafe interface ISimd<TVec> where TVec : struct
{
    /// <summary>The name a user types to force this instruction set.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this process can run it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Whether <see cref="MulAdd"/> rounds once.</summary>
    static abstract bool IsFused { get; }

    /// <summary>Lanes in a vector; a power of two from 1 to 16.</summary>
    static abstract int Count { get; }

    static abstract TVec Zero { get; }
    static abstract TVec Broadcast(float value);
    static abstract TVec Load(float* source);
    static abstract void Store(float* destination, TVec value);

    /// <summary>
    /// Loads the first <paramref name="count"/> lanes (0 to Count), reading nothing beyond them; the other lanes are zero.
    /// </summary>
    static abstract TVec LoadFirst(float* source, int count);

    /// <summary>Stores the first <paramref name="count"/> lanes (0 to Count), writing nothing beyond them.</summary>
    static abstract void StoreFirst(float* destination, TVec value, int count);

    /// <summary>Stores each lane, widened to float64.</summary>
    static abstract void StoreWide(double* destination, TVec value);

    /// <summary>Adds each lane, widened, to a float64.</summary>
    static abstract void AddWide(double* sums, TVec value);

    static abstract TVec Add(TVec a, TVec b);
    static abstract TVec Sub(TVec a, TVec b);
    static abstract TVec Mul(TVec a, TVec b);
    static abstract TVec Div(TVec a, TVec b);

    static abstract TVec Sqrt(TVec a);

    /// <summary>a * b + c.</summary>
    static abstract TVec MulAdd(TVec a, TVec b, TVec c);

    /// <summary>The sum of all lanes, halves first: the same tree on every call.</summary>
    static abstract float Sum(TVec value);

    /// <summary>Lane by lane a where it is strictly greater than b, else b: NaN in a gives b.</summary>
    static abstract TVec Max(TVec a, TVec b);

    /// <summary>The largest of all lanes, none of which is NaN.</summary>
    static abstract float MaxAcross(TVec value);

    /// <summary>Bit i is set when lane i of a is strictly greater than lane i of b; false for NaN.</summary>
    static abstract uint GreaterBits(TVec a, TVec b);

    /// <summary>Bit i is set when lane i of a is not equal to lane i of b; true for NaN.</summary>
    static abstract uint DifferentBits(TVec a, TVec b);

    /// <summary>Lane by lane <paramref name="different"/> where a is not equal to b, as NaN is to nothing, else the other.</summary>
    static abstract TVec SelectDifferent(TVec a, TVec b, TVec different, TVec same);

    /// <summary>
    /// Writes the lanes whose bit is set side by side; may write a whole vector, so the destination has room for one beyond its end.
    /// </summary>
    static abstract void Compress(float* destination, TVec value, uint bits);

    /// <summary>
    /// Writes first + i for every bit i of 16 that is set, ascending, side by side; may write sixteen numbers, so the destination has room
    /// for them.
    /// </summary>
    static abstract void CompressNumbers(int* destination, int first, uint bits);

    /// <summary>
    /// Writes first + i for every bit i of 4 Count that is set, ascending, side by side; what else it writes stays before destination +
    /// room, and there is room for all of them.
    /// </summary>
    static abstract void CompressOffsets(ushort* destination, long room, int first, ulong bits);

    /// <summary>
    /// The unnormalised Walsh-Hadamard transform of the lanes in natural order, neighbours first: each stage rounds as one addition does.
    /// </summary>
    static abstract TVec Hadamard(TVec value);

    /// <summary>Turns the sign of lane i when bits &amp; masks[i] has an odd number of ones. Reads Count masks.</summary>
    static abstract TVec NegateOdd(TVec value, int bits, int* masks);

    /// <summary>Of each lane, read as a word of 32 bits, the low half as the upper half of a float32: a bfloat16, widened.</summary>
    static abstract TVec LowHalves(TVec words);

    /// <summary>Of each lane, read as a word of 32 bits, the high half as the upper half of a float32.</summary>
    static abstract TVec HighHalves(TVec words);

    /// <summary>
    /// The word of each lane whose halves are low and high, rounded to bfloat16: to nearest, ties to even, a NaN stays one.
    /// </summary>
    static abstract TVec RoundHalves(TVec low, TVec high);

    /// <summary>Asks for a 64-byte line to be brought into the second-level cache; a no-op where .NET has no such instruction.</summary>
    static abstract void Prefetch(float* line);
}

/// <summary>What a vector of float64 can do on one instruction set; see <see cref="ISimd{TVec}"/>.</summary>
internal unsafe interface ISimdDouble<TVec> where TVec : struct
{
    /// <summary>Lanes in a vector; a power of two from 1 to 8.</summary>
    static abstract int Count { get; }

    static abstract TVec Zero { get; }
    static abstract TVec Broadcast(double value);
    static abstract TVec Load(double* source);
    static abstract void Store(double* destination, TVec value);
    static abstract TVec LoadFirst(double* source, int count);
    static abstract void StoreFirst(double* destination, TVec value, int count);

    /// <summary>Count floats, each widened.</summary>
    static abstract TVec Widen(float* source);

    /// <summary>Stores Count floats, each the nearest to its lane.</summary>
    static abstract void StoreNarrow(float* destination, TVec value);

    static abstract TVec Add(TVec a, TVec b);
    static abstract TVec Sub(TVec a, TVec b);
    static abstract TVec Mul(TVec a, TVec b);
    static abstract TVec Div(TVec a, TVec b);
    static abstract TVec Sqrt(TVec a);

    /// <summary>a * b + c, rounded once where the set is fused.</summary>
    static abstract TVec MulAdd(TVec a, TVec b, TVec c);

    /// <summary>c - a * b, rounded once where the set is fused.</summary>
    static abstract TVec NegMulAdd(TVec a, TVec b, TVec c);

    static abstract double Sum(TVec value);

    /// <summary>See <see cref="ISimd{TVec}.Prefetch"/>.</summary>
    static abstract void Prefetch(double* line);

    /// <summary>The binary exponent of a positive normal number, as a number.</summary>
    static abstract TVec Exponent(TVec a);

    /// <summary>The significand of a positive normal number, in [1, 2).</summary>
    static abstract TVec Significand(TVec a);
}

using System.Runtime.InteropServices;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>The same work in OpenBLAS, where the system has it (Debian: libopenblas0).</summary>
static unsafe partial class OpenBlas
{
    const string Library = "libopenblas.so.0";
    const int RowMajor = 101, Plain = 111, Transposed = 112;

    /// <summary>Whether the system has it.</summary>
    public static bool IsPresent => NativeLibrary.TryLoad(Library, out _);

    public static Row? Run(DenseCase layer)
    {
        if (!IsPresent)
            return null;
        SetThreads(layer.Threads);
        (int m, int n) = (layer.Width, layer.Batch);
        float* weights = Normal((long)m * m, Math.Sqrt(2.0 / m)), inputs = Normal((long)n * m, 1), cotangents = Normal((long)n * m, 1),
            results = Normal((long)n * m, 0);
        Row row = layer.Time("openblas", Version(),
            forward: () => Sgemm(RowMajor, Plain, Transposed, n, m, m, 1, inputs, m, weights, m, 0, results, m),
            pullback: () => Sgemm(RowMajor, Plain, Plain, n, m, m, 1, cotangents, m, weights, m, 0, results, m),
            update: () => Sgemm(RowMajor, Transposed, Plain, m, m, n, -1e-6f, cotangents, m, inputs, m, 1, weights, m));
        foreach (float* block in (float*[])[weights, inputs, cotangents, results])
            NativeMemory.AlignedFree(block);
        return row;
    }

    /// <summary>
    /// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ... Cooperlake MAX_THREADS=64": the first two words, and the kernels it chose.
    /// </summary>
    public static string Version()
    {
        string[] words = Marshal.PtrToStringUTF8(GetConfig())!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return $"{words[0]} {words[1]} ({Marshal.PtrToStringUTF8(GetCore())})";
    }

    static float* Normal(long length, double deviation)
    {
        var block = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 4096);
        // A sum of three uniform numbers is normal enough to time with.
        var random = new Random(1);
        for (long i = 0; i < length; i++)
            block[i] = (float)(2 * deviation * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f));
        return block;
    }

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int threads);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint GetCore();

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int strideA, float* b, int strideB,
        float beta,
        float* c, int strideC);
}

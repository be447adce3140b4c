using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Search;

/// <summary>
/// Nearest neighbours by nanoflann's k-d tree, where g++ and its header (Debian: g++, libnanoflann-dev) are installed: compiled for the
/// dimension when the run begins.
/// </summary>
static unsafe class NanoflannPeer
{
    /// <summary>nanoflann's default; on these rows it is also its fastest of 10, 16, 32 and 50.</summary>
    const int RowsInLeaf = 10;

    public static Row? Run(SearchCase search)
    {
        if (Compile(search.Dimension) is not { } library)
            return null;
        nint module = NativeLibrary.Load(library);
        var build = (delegate* unmanaged<float*, long, long, void*>)NativeLibrary.GetExport(module, "peer_build");
        var nearest = (delegate* unmanaged<void*, float*, int, uint*, float*, double>)NativeLibrary.GetExport(module, "peer_nearest");
        var free = (delegate* unmanaged<void*, void>)NativeLibrary.GetExport(module, "peer_free");
        int version = ((delegate* unmanaged<int>)NativeLibrary.GetExport(module, "peer_version"))();
        float[] rows = search.RowData(), queries = search.Queries();
        var ids = new uint[SearchCase.Neighbours];
        var squares = new float[SearchCase.Neighbours];
        double[][] seconds = [.. Enumerable.Range(0, SearchCase.QueryCount).Select(_ => new double[search.Repeats])];
        double farthest = 0;
        fixed (float* data = rows, from = queries, distances = squares)
        fixed (uint* found = ids)
        {
            long start = Stopwatch.GetTimestamp();
            void* index = build(data, search.Rows, RowsInLeaf);
            double buildSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // The first round only warms up.
            for (int repeat = -1; repeat < search.Repeats; repeat++)
                for (int query = 0; query < SearchCase.QueryCount; query++)
                {
                    double taken = nearest(index, from + (long)query * search.Dimension, SearchCase.Neighbours, found, distances);
                    if (repeat >= 0)
                        seconds[query][repeat] = taken;
                    else
                        farthest += squares[^1];
                }
            free(index);
            return new Row
            {
                { "peer", "nanoflann" },
                { "version", $"nanoflann {version >> 8}.{version >> 4 & 15}.{version & 15}" },
                { "seconds", seconds.Average(Measure.Median) },
                { "build_seconds", buildSeconds },
                { "farthest", farthest },
            };
        }
    }

    /// <summary>The shared library for one dimension; null, and said why, when it cannot be built here.</summary>
    static string? Compile(int dimension)
    {
        string folder = AppContext.BaseDirectory, source = Path.Combine(folder, "Search", "nanoflann", "nearest.cpp"),
            library = Path.Combine(folder, $"nanoflann-{dimension}.so");
        var start =
            new ProcessStartInfo("g++", ["-O3", "-march=native", "-shared", "-fPIC", $"-DDIMENSION={dimension}", source, "-o", library])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        try
        {
            using Process compiler = Process.Start(start)!;
            string messages = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode == 0)
                return library;
            Console.Error.WriteLine($"no nanoflann beside this run: g++ ended with {compiler.ExitCode}: {messages.Split('\n')[0]}");
        }
        catch (Win32Exception exception)
        {
            Console.Error.WriteLine($"no nanoflann beside this run: g++ does not start: {exception.Message}");
        }
        return null;
    }
}

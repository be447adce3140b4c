using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>Gradient boosted trees by the C library of the package LightGBM, with its default parameters.</summary>
static unsafe partial class LightGbm
{
    const string Library = "lib_lightgbm";
    const int Float32 = 0, RawScores = 1, RowMajor = 1;
    const int Trees = 100;

    /// <summary>Name and version; the library itself has no function that tells its version.</summary>
    public static string Version()
    {
        string dependencies = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "EndToEnd.deps.json"));
        return $"LightGBM {PackageVersion().Match(dependencies).Groups["version"].Value}";
    }

    /// <summary>Trains on rows and returns the raw scores of others, row after row.</summary>
    /// <param name="train">The rows to train on.</param>
    /// <param name="labels">Values or classes.</param>
    /// <param name="classes">Classes; 0 for values.</param>
    /// <param name="test">The rows to score.</param>
    /// <param name="trained">Is called between training and scoring.</param>
    public static double[] Run(TableRows train, float[] labels, int classes, TableRows test, Action trained)
    {
        string objective = classes > 0 ? $"objective=multiclass num_class={classes}" : "objective=regression";
        string parameters = $"{objective} num_threads={Environment.ProcessorCount} verbosity=-1";
        nint rows = 0, booster = 0;
        fixed (float* inputs = train.Inputs, targets = labels)
        {
            Check(CreateRows(inputs, Float32, train.Count, train.Width, RowMajor, parameters, 0, &rows));
            Check(SetField(rows, "label", targets, labels.Length, Float32));
        }
        Check(CreateBooster(rows, parameters, &booster));
        int isFinished = 0;
        for (int tree = 0; tree < Trees && isFinished == 0; tree++)
            Check(Update(booster, &isFinished));
        trained();
        double[] scores = new double[test.Count * Math.Max(1, classes)];
        long written = 0;
        fixed (float* inputs = test.Inputs)
        fixed (double* to = scores)
            Check(Predict(booster, inputs, Float32, test.Count, test.Width, RowMajor, RawScores, 0, -1, parameters, &written, to));
        _ = FreeBooster(booster);
        _ = FreeRows(rows);
        return written == scores.Length ? scores
            : throw new InvalidOperationException($"LightGBM wrote {written} scores; expected {scores.Length}");
    }

    static void Check(int result)
    {
        if (result != 0)
            throw new InvalidOperationException($"LightGBM: {Marshal.PtrToStringUTF8(LastError())}");
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateRows(
        void* data, int type, int rows, int columns, int isRowMajor, string parameters, nint reference, nint* created);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetField(nint rows, string name, void* data, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateBooster(nint rows, string parameters, nint* created);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int Update(nint booster, int* isFinished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Predict(
        nint booster, void* data, int type, int rows, int columns, int isRowMajor, int kind, int from, int trees, string parameters,
        long* written, double* scores);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int FreeBooster(nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int FreeRows(nint rows);

    [GeneratedRegex(@"""LightGBM/(?<version>[\d.]+)""")]
    private static partial Regex PackageVersion();
}

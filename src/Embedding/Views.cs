using System.Runtime.InteropServices;

namespace Subquad.Embedding;

/// <summary>A struct of subquad_train.h that a caller fills: its first field is the size that the caller knows it by.</summary>
internal interface IVersioned
{
    /// <summary>Its name in messages.</summary>
    static abstract string Name { get; }
}

/// <summary><c>subquad_train_shape</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ShapeView : IVersioned
{
    public uint Size;
    public int HiddenCount;
    public int* Hidden;
    public double* Densities;
    public byte* Kernels;
    public ulong Seed;
    public int Plain;
    public int Threads;

    public static string Name => "shape";
}

/// <summary><c>subquad_train_data</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DataView : IVersioned
{
    public uint Size;
    public int Inputs;
    public long Rows;
    public float* Features;
    public int* Labels;
    public float* Targets;
    public int Classes;
    public int Outputs;
    public int AsGiven;
    public int Reserved;

    public static string Name => "data";
}

/// <summary><c>subquad_train_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OptionsView : IVersioned
{
    public uint Size;
    public int Steps;
    public int Batch;
    public int TrainFrom;
    public int Threads;
    public int KeepOutput;
    public double Damping;
    public double HiddenShare;
    public double ResidualTolerance;
    public ulong Seed;

    public static string Name => "options";
}

/// <summary><c>subquad_train_step</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StepView
{
    public uint Size;
    public int Step;
    public int Accepted;
    public int CgIterations;
    public double Loss;
    public double TrainMetric;
    public double ValidationLoss;
    public double ValidationMetric;
    public double Damping;
    public double Seconds;
}

/// <summary><c>subquad_train_result</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResultView : IVersioned
{
    public uint Size;
    public int Reason;
    public int Steps;
    public int Accepted;
    public double Loss;
    public double TrainMetric;
    public double ValidationMetric;

    public static string Name => "result";
}

/// <summary><c>subquad_train_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InfoView : IVersioned
{
    public const int NameBytes = 32;

    public uint Size;
    public int Inputs;
    public int Outputs;
    public int Classes;
    public int HiddenCount;
    public int CorePresent;
    public long WeightBytes;
    public ulong Seed;
    public fixed byte Kernels[NameBytes];
    public fixed byte TrainedBy[NameBytes];

    public static string Name => "info";
}

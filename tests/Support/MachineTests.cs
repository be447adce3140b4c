using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Support;

/// <summary>
/// For every project whose tests compute: that its process got the instruction sets which the run expects. Each sweeps the sets that it
/// finds, and would pass without those that it does not.
/// </summary>
public abstract class MachineTests
{
    /// <summary>
    /// The best set that the C core must have: its instruction set, or best (what the processor promises). Unset, the core may be absent.
    /// </summary>
    public const string NativeVariable = "EXPECT_NATIVE";

    [Test]
    public void The_best_set_has_the_width_this_run_expects()
    {
        if (IsaExpectation.Lanes is not int lanes)
        {
            Assert.Ignore($"instructions are switched off, or the processor cannot be asked, and {IsaExpectation.Variable} does not say " +
                "what to expect");
            return;
        }
        Assert.That(KernelSets.Available[0].Lanes, Is.EqualTo(lanes), "a switch no longer works, or a set does not see its instructions");
    }

    [Test]
    public void A_set_is_there_for_what_the_processor_has()
    {
        // A run that builds the core says so: then its absence is a failure.
        if (Environment.GetEnvironmentVariable(NativeVariable) is { Length: > 0 } expected)
        {
            Assert.That(NativeCore.IsPresent, NativeCore.Describe());
            if (expected != "best")
            {
                Assert.That(KernelSets.Native[0].Name, Is.EqualTo($"native-{expected}"));
                return;
            }
        }
        else if (!NativeCore.IsPresent)
            Assert.Ignore(NativeCore.Describe());
        const string Processors = "/proc/cpuinfo";
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            Assert.That(KernelSets.Native[0].Name, Is.EqualTo("native-neon"));
            return;
        }
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(Processors))
            Assert.Ignore("the processor cannot be asked");
        string line = File.ReadLines(Processors).First(text => text.StartsWith("flags", StringComparison.Ordinal));
        var flags = line.Split(' ', ':', '\t').ToHashSet();
        bool hasAvx2 = new[] { "avx2", "fma", "popcnt", "bmi1" }.All(flags.Contains), hasAvx512 = hasAvx2
            && new[] { "avx512f", "avx512bw", "avx512vl" }.All(flags.Contains);
        string wide = flags.Contains("avx512_bf16") ? "native-avx512bf16" : "native-avx512";
        Assert.That(KernelSets.Native[0].Name, Is.EqualTo(hasAvx512 ? wide : hasAvx2 ? "native-avx2" : "native-scalar"));
    }
}

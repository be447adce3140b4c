using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Subquad.Simd.Dispatch;

/// <summary>What processor this is, as coarsely as tables of measured choices tell processors apart.</summary>
internal static class Processor
{
    /// <summary>Maker and family by CPUID, such as "AuthenticAMD 26" for Zen 5; empty on other architectures.</summary>
    public static string Family { get; } = Read();

    private static string Read()
    {
        if (!X86Base.IsSupported)
            return "";
        (_, int first, int third, int second) = X86Base.CpuId(0, 0);
        Span<byte> maker = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(maker, first);
        BinaryPrimitives.WriteInt32LittleEndian(maker[4..], second);
        BinaryPrimitives.WriteInt32LittleEndian(maker[8..], third);
        int signature = X86Base.CpuId(1, 0).Eax, family = signature >> 8 & 15;
        // The extended family counts on where the first four bits end.
        return $"{Encoding.ASCII.GetString(maker)} {(family == 15 ? family + (signature >> 20 & 255) : family)}";
    }
}

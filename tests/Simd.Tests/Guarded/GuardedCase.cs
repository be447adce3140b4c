using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>A verb on buffers: prepares its operands, or computes what is wanted.</summary>
internal delegate void BufferCall<in T>(KernelSet kernels, T operands);

/// <summary>A managed kernel on guarded copies of the operands.</summary>
internal delegate void ManagedCall<in T>(KernelSet kernels, GuardedOperands guarded, T operands);

/// <summary>A function of the core on guarded copies of the operands.</summary>
internal unsafe delegate void CoreCall<in T>(CoreApi* core, GuardedOperands guarded, T operands);

/// <summary>Which set computes what the core must find bit for bit.</summary>
internal enum CoreReference
{
    /// <summary>The managed scalar set: every element is one chain.</summary>
    Scalar,

    /// <summary>The managed set that sums in as many lanes.</summary>
    SameLanes,

    /// <summary>The core's own set on buffers, which the tests of kernels hold against an oracle.</summary>
    Own,
}

/// <summary>A row of the table of verbs: the names of the core's functions that it calls, and the calls.</summary>
internal abstract unsafe class GuardedCase(string verbs)
{
    public string[] Verbs { get; } = verbs.Split(' ');

    public sealed override string ToString() => string.Join(' ', Verbs);

    /// <summary>
    /// Runs the managed kernel of a set at both ends of guarded pages and compares operands and results with the set's own on buffers.
    /// </summary>
    public abstract void RunManaged(KernelSet kernels);

    /// <summary>The same for the core's function, compared with the reference.</summary>
    public abstract void RunCore(CoreApi* core);
}

/// <param name="verbs">Names of functions of the core, with a space between them.</param>
/// <param name="sizes">Makes operands of every size, each time the same.</param>
/// <param name="wanted">The verb on buffers.</param>
/// <param name="managed">The managed kernel.</param>
/// <param name="core">The core's function.</param>
/// <param name="prepare">What must be done before, on buffers.</param>
/// <param name="reference">Who computes what the core must find.</param>
internal sealed unsafe class GuardedCase<T>(
    string verbs, IEnumerable<Func<T>> sizes, BufferCall<T> wanted, ManagedCall<T> managed, CoreCall<T> core,
    BufferCall<T>? prepare = null, CoreReference reference = CoreReference.Scalar)
    : GuardedCase(verbs)
    where T : VerbOperands
{
    public override void RunManaged(KernelSet kernels) => Run(kernels, (guarded, operands) => managed(kernels, guarded, operands));

    public override void RunCore(CoreApi* core) => Run(Reference(core), new CoreRun(core, this).Call);

    private void Run(KernelSet kernels, Action<GuardedOperands, T> call)
    {
        foreach (Func<T> size in sizes)
            foreach (bool last in new[] { true, false })
            {
                using T operands = size();
                using var guarded = new GuardedOperands(last);
                string what = $"{this}, {operands.Size}, {(last ? "at the end" : "at the beginning")}";
                prepare?.Invoke(kernels, operands);
                call(guarded, operands);
                wanted(kernels, operands);
                guarded.Compare(what);
                operands.CompareReturned(what);
            }
    }

    private KernelSet Reference(CoreApi* api)
    {
        int lanes = (int)api->Lanes;
        switch (reference)
        {
            case CoreReference.Scalar:
                return KernelSets.ByName("scalar");
            case CoreReference.Own:
                return KernelSets.ByName(NativeKernelSets.Prefix + CoreProbe.NameOf(api));
            default:
                KernelSet? managed = KernelSets.Managed.FirstOrDefault(set => set.IsFused && set.Lanes == lanes);
                if (managed is null)
                    Assert.Ignore(".NET has no fused set of this width here");
                return managed;
        }
    }

    private sealed class CoreRun(CoreApi* api, GuardedCase<T> row)
    {
        public void Call(GuardedOperands guarded, T operands) => row.CallCore(api, guarded, operands);
    }

    private void CallCore(CoreApi* api, GuardedOperands guarded, T operands) => core(api, guarded, operands);
}

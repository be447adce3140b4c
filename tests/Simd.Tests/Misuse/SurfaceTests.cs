using System.Reflection;
using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Misuse;

/// <summary>No member of the public surface without a misuse test, and none that could hand out memory which outlives its owner.</summary>
[TestFixture]
public sealed class SurfaceTests
{
    /// <summary>
    /// Members without a wrong use: they take nothing and read a number, a name or a flag, which stays readable after disposal.
    /// </summary>
    private static readonly string[] s_harmless =
    [
        "NativeBuffer.Length", "NativeBytes.Live", "NativeBytes.Leaked", "NativeBytes.Available",
        "PanelMatrix.Rows", "PanelMatrix.Columns", "PanelMatrix.Panels", "PanelMatrix.PanelStride", "PanelMatrix.Format",
            "PanelMatrix.IsReadOnly",
        "ActiveBatch.new", "ActiveBatch.Count", "ActiveBatch.Width", "ActiveBatch.Blocks", "TransposedBatch.new", "TransposedBatch.Count",
            "TransposedBatch.Width",
        "SearchHits.new", "SearchHits.Count", "SearchHits.Scanned", "SearchHits.RowGroups", "SearchHits.NodeGroups",
        "CorrelationTree.Count", "CorrelationForest.Count", "CorrelationForest.Leaves", "CorrelationForest.OverData",
        "HalfSpaceTree.Dimension", "HalfSpaceTree.Count", "HalfSpaceTree.Path", "HalfSpaceTree.RowGroups", "HalfSpaceTree.ListedCost",
        "KernelSet.Name", "KernelSet.Lanes", "KernelSet.IsFused", "KernelSet.RoundsInputs",
        "KernelSets.Available", "KernelSets.Best", "KernelSets.Choose", "NativeCore.IsPresent", "NativeCore.IsIgnored",
            "NativeCore.Describe",
        "WorkerTeam.Degree",
        // Every length of its one span is right.
        "KernelSet.SquaredNorm", "KernelSet.FillNormal",
    ];

    [Test]
    public void Every_public_member_has_a_misuse_test()
    {
        var covered = MisuseCases.All.Select(misuse => misuse.Member).Concat(s_harmless).ToHashSet();
        string[] members = [.. PublicSurface.Members.Select(found => PublicSurface.NameOf(found.Type, found.Member)).Distinct()];
        Assert.That(members, Has.Length.GreaterThan(80), "the surface is found");
        Assert.That(members.Except(covered), Is.Empty, "a new public member needs a row in MisuseCases");
        Assert.That(covered.Except(members), Is.Empty, "a row names a member that is not there");
    }

    [Test]
    public void No_member_hands_out_memory_that_its_owner_may_take_away()
    {
        // Pinned arrays, which their spans keep.
        string[] arrays = ["SearchHits.Ids", "SearchHits.Values"];
        foreach ((Type type, MemberInfo member) in PublicSurface.Members)
        {
            string name = PublicSurface.NameOf(type, member);
            Type? handedOut =
                member switch { MethodInfo method => method.ReturnType, PropertyInfo property => property.PropertyType, _ => null };
            if (handedOut is not null && !arrays.Contains(name))
                Assert.That(handedOut.IsByRef || handedOut.IsByRefLike, Is.False, $"{name} hands out a reference or a span");
            Assert.That(PublicSurface.TypesOf(member).Any(part => part.IsPointer || part == typeof(nint)), Is.False,
                $"{name} has a pointer in its signature");
        }
    }

    [Test]
    public void Nobody_else_can_derive_from_a_type_or_forge_one()
    {
        foreach (Type type in PublicSurface.Types.Where(type => type.IsClass))
            Assert.That(
                type.IsSealed || type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                    .All(one => one.IsAssembly || one.IsFamilyAndAssembly || one.IsPrivate),
                Is.True, $"{type.Name} can be derived from");
    }

    [Test]
    public void What_a_public_call_uses_is_whole_after_a_refusal()
    {
        using var batch = new ActiveBatch();
        batch.FillNonZero([1, 0, 2, 0, 3, 4], 2, 3);
        Assert.That(() => batch.FillLists(3, [1], [[7]], [[1f]]), Throws.ArgumentException);
        Assert.That(batch.Entries, Is.EqualTo(4));
        Assert.That(() => batch.FillNonZero([1f], 2, 3), Throws.ArgumentException);
        Assert.That(batch.Entries, Is.EqualTo(4));
    }
}

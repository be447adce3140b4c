using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed unsafe class PageSourceTests
{
    private static IEnumerable<TestCaseData> Sources =>
    [
        new TestCaseData(PageSource.Current).SetArgDisplayNames("Current"),
        new TestCaseData(new AlignedPages()).SetArgDisplayNames("AlignedPages"),
    ];

    [TestCaseSource(nameof(Sources))]
    public void Blocks_are_zeroed_aligned_to_pages_and_writable_to_their_ends(object source)
    {
        var pages = (PageSource)source;
        foreach (nuint bytes in new nuint[] { 1, 4096, (1 << 20) + 1, 5 << 20 })
            for (int round = 0; round < 3; round++)
            {
                byte* block = (byte*)pages.Take(bytes);
                Assert.That((ulong)block % 4096, Is.EqualTo(0UL));
                var span = new Span<byte>(block, (int)bytes);
                Assert.That(span.ContainsAnyExcept((byte)0), Is.False);
                span.Fill(0xFF);
                pages.Return(block, bytes);
            }
    }

    [TestCaseSource(nameof(Sources))]
    public void What_the_system_does_not_have_is_null(object source) => Assert.That((nuint)((PageSource)source).Take((nuint)1 << 60) == 0);
}

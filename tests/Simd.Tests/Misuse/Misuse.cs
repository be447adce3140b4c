namespace Subquad.Simd.Tests.Misuse;

/// <summary>A wrong use of one public member by safe code, and the exception that it must end in.</summary>
/// <param name="Member">The type's name and the member's, as <see cref="PublicSurface"/> names them.</param>
/// <param name="What">What is wrong with it.</param>
/// <param name="Exception">The exception's type, or a base type of it.</param>
/// <param name="Act">Does it.</param>
internal sealed record Misuse(string Member, string What, Type Exception, Action Act)
{
    public static Misuse Of<TException>(string member, string what, Action act) where TException : Exception =>
        new(member, what, typeof(TException), act);

    public override string ToString() => $"{Member}: {What}";
}

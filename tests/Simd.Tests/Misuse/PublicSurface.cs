using System.Reflection;

namespace Subquad.Simd.Tests.Misuse;

/// <summary>The members of Subquad.Simd that safe code of others can name.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static Type[] Types { get; } = typeof(KernelSet).Assembly.GetExportedTypes();

    /// <summary>Constructors, methods, properties and fields, without those of enumerations and constants, which take nothing.</summary>
    public static IEnumerable<(Type Type, MemberInfo Member)> Members =>
        from type in Types
        where !type.IsEnum
        from member in type.GetMembers(Declared)
        where IsReachable(member)
        select (type, member);

    public static string NameOf(Type type, MemberInfo member) =>
        $"{type.Name.Split('`')[0]}.{(member is ConstructorInfo ? "new" : member.Name)}";

    /// <summary>Types that a member hands out, or takes by reference.</summary>
    public static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        MethodInfo method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType),
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };

    private static bool IsReachable(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } => false,
        MethodBase method =>
            IsReachable(method) && !(method is MethodInfo info && info.GetBaseDefinition().DeclaringType == typeof(object)),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsReachable),
        FieldInfo field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsLiteral,
        _ => false,
    };

    private static bool IsReachable(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
}

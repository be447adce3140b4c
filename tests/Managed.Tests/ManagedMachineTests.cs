using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Managed.Tests;

[TestFixture]
public sealed class ManagedMachineTests : MachineTests;

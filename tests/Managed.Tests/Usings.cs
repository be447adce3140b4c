global using Subquad.Support;
